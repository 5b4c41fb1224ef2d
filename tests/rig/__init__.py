"""Dovecot and Postfix for tests, demo and benchmarks: own folder, ports and certificates.

    with Rig().start([User("anna@linkoping.example")]) as rig:
        rig.smtp("anna@linkoping.example").sendmail(...)
        rig.wait_for(lambda: rig.mailbox("anna@linkoping.example"))

See client.py for what a test can do, milter.py for the Authentication-Results
that mail gets, postfix.py for the ways in, tls.py for the certificates.
"""
from .client import PASSWORD, Delivery, Rig, User, people

__all__ = ["PASSWORD", "Delivery", "Rig", "User", "people"]

"""Reports of success, asked for by smtp.dsn "all", through a real Postfix: asked for on the
wire, made by the server, brought home to their delivery."""
import pytest

from scene import Scene, at, minutes_later, one_line
from smtp_server import CUT, Fault, SmtpServer

ANNA, BERIT = "anna@utskott.example", "berit@framme.example"


def test_what_is_asked_for_on_the_wire(office):
    with SmtpServer(office.rig) as server:
        scene = Scene(office, [ANNA], {"smtp": {"port": server.port, "dsn": "all"}})
        scene.put("ryd-1", at(5))
        scene.run()
    [delivery] = scene.deliveries("invitation")
    envelope_id = delivery["message_id"].strip("<>")
    mail = next(line for line in server.heard if line.startswith("MAIL"))
    rcpt = next(line for line in server.heard if line.startswith("RCPT"))
    assert f" RET=HDRS ENVID={envelope_id}" in mail
    assert rcpt == f"RCPT TO:<{ANNA}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{ANNA}"


def test_a_report_of_success_moves_its_delivery_to_delivered(office):
    """Berit's mailbox is Postfix's own; Anna's mail goes on to a server that reports nothing,
    of which no more is known than that it went there."""
    scene = Scene(office, [ANNA, BERIT], {"smtp": {"dsn": "all"}})
    scene.put("ryd-1", at(5))
    scene.run()
    for minutes in (5, 10):  # and nothing answers or reports on a report
        scene.run(minutes_later(minutes))
    assert {d["address"]: d["state"] for d in scene.deliveries()} == {
        ANNA: "sent", BERIT: "delivered"}
    assert {(r["class"], r["reason"]) for r in scene.rows("incoming")} == {
        ("bounce", "bounce-delivered"), ("bounce", "bounce-relayed")}
    assert scene.lying() == {} and len(scene.rig.mailbox(scene.mailbox, "Hanterat")) == 2
    told = {d["address"]: one_line(office.utskick("explain", f"d{d['id']}").stdout)
            for d in scene.deliveries()}
    assert "reported that the mail was delivered" in told[BERIT]
    assert "went on to a server that reports no success" in told[ANNA]


@pytest.mark.fault
@pytest.mark.parametrize("address, state", [(BERIT, "delivered"), (ANNA, "sent")],
                         ids=["delivered", "relayed"])
def test_a_report_settles_what_may_not_have_gone(office, address, state):
    """The server took it and was gone behind the final dot; its report is here before the
    grace is over, so nothing goes again."""
    with SmtpServer(office.rig, Fault("dot", CUT, times=1, keeps=True)) as server:
        scene = Scene(office, [address], {"smtp": {
            "port": server.port, "dsn": "all", "unknown_grace_seconds": 3600}})
        scene.put("ryd-1", at(5))
        scene.run(check=None)
        [lost] = scene.deliveries("invitation")
        assert lost["state"] == "unknown" and len(server.taken) == 1
        # What the server took goes its way by Postfix, with what was asked of it.
        with scene.rig.smtp(scene.mailbox) as smtp:
            smtp.sendmail(scene.mailbox, [address], server.texts[lost["message_id"]],
                          ["RET=HDRS", "ENVID=" + lost["message_id"].strip("<>")],
                          ["NOTIFY=SUCCESS,FAILURE,DELAY", f"ORCPT=rfc822;{address}"])
        scene.rig.wait_for(lambda: scene.rig.mailbox(scene.mailbox), 20, "the report")
        for minutes in (5, 90):
            scene.run(minutes_later(minutes))
    assert len(server.taken) == 1
    assert [d["state"] for d in scene.deliveries("invitation")] == [state]

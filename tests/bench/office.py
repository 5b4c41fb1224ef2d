"""An office whose one council owes its papers to members."""


def directory(members):
    return {
        "councils": [{"id": "ryd", "code": "RYD", "name": "Ryd", "committees": ["nv"]}],
        "committees": [{"id": "nv", "name": "Utskottet Nordväst", "members": [
            {"person": f"p{i}", "role": "member"} for i, _ in enumerate(members)]}],
        "people": [{"id": f"p{i}", "name": f"Åsa Öberg {i}", "addresses": [user.address]}
                   for i, user in enumerate(members)]}

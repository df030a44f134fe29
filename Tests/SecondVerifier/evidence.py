"""What the dkim lines of one message amount to, and whether those of a later edition differ (sections 3.3 and 3.6)."""

import hashlib

# The classes of messages, the strongest first.
CLASSES = ("verified", "repaired", "qualified", "headers_only", "other_domain", "not_verifying", "key_unavailable",
           "unsigned")


def class_of(signature):
    """The class that one signature gives its message, from the facts in its line."""
    header, body = signature["header"], signature["body"]
    if signature.get("kind", "domainkeys") != "domainkeys":
        return "unsigned"
    if header not in ("valid", "restored") or signature.get("violations"):
        return "not_verifying" if header in ("valid", "restored", "invalid", "malformed") else "key_unavailable"
    if signature.get("alignment") not in ("same", "related", "tenant"):
        return "other_domain"
    if body not in ("intact", "restored", "partial") or body == "partial" and signature.get("covered") == 0:
        return "headers_only"
    if signature.get("reservations"):
        return "qualified"
    return "repaired" if "restored" in (header, body) else "verified"


def place_of(signature):
    """Where a signature stands among those of its message; None when its keys do not fit its kind."""
    kind, instance = signature.get("kind"), signature.get("instance")
    is_arc = kind in ("arc-message", "arc-seal")
    if is_arc != (instance is not None) or instance == 0 or "chain_validation" in signature and kind != "arc-seal":
        return None
    return (2, instance, kind == "arc-seal") if is_arc else (int(kind == "domainkeys"), 0, False)


class Evidence:
    """The dkim lines of one message that stand in a row."""

    def __init__(self, message):
        self.message, self.evidence, self.place = message, "unsigned", (0, 0, False)
        self.count, self.text = 0, hashlib.sha256()

    def take(self, record, where, report):
        self.count += 1
        self.text.update(record["line"] + b"\n")
        if record["index"] != self.count:
            report("dkim-index", where, f"index is {record['index']}, it should be {self.count}")
        place = place_of(record)
        if place is None:
            report("value", where, "instance or chain_validation does not fit the kind of the signature")
        elif place < self.place:
            report("dkim-order", where, "the signatures do not stand in the order of their kinds")
        self.place = place or self.place
        self.evidence = min(self.evidence, class_of(record), key=CLASSES.index)

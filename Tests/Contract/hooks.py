"""What schemathesis is told beyond its settings."""
import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """A lock that somebody else holds is waited for a second, and not each time: what is tried is
    whether the wait is understood, not how long a minute is."""
    wait = (case.query or {}).get("wait")
    if str(wait).isdecimal() and 1 <= int(wait) <= 60:
        case.query["wait"] = 1 if int(wait) % 8 == 0 else 0

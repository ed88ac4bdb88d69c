"""What a collector adds up of what it was told."""


def bucket(microseconds):
    unit = 1
    while microseconds // unit >= 2048:
        unit *= 2
    return microseconds // unit * unit


class Figures:
    """What responses and summaries add up to, in whole microseconds."""

    def __init__(self):
        self.counts = {"ok": 0, "error": 0, "cancelled": 0}
        self.durations = {}
        self.firsts = {}
        self.sums = [0, 0]
        self.max = 0

    def add(self, outcome, took, first):
        self.counts[outcome] += 1
        if outcome != "cancelled":
            self.sums[0] += took
            self.max = max(self.max, took)
            self.durations[bucket(took)] = self.durations.get(bucket(took), 0) + 1
        if first is not None:
            self.sums[1] += first
            self.firsts[bucket(first)] = self.firsts.get(bucket(first), 0) + 1

    def add_summary(self, event):
        self.counts["error"] += event["errors"]
        self.counts["cancelled"] += event["cancelled"]
        self.counts["ok"] += event["count"] - event["errors"] - event["cancelled"]
        self.max = max(self.max, round(event["durations"]["max"] * 1e6))
        for index, name, of in ((0, "durations", self.durations), (1, "timeToFirstToken", self.firsts)):
            part = event.get(name)
            if part:
                self.sums[index] += round(part["sum"] * 1e6)
                for at, n in part["buckets"]:
                    of[at] = of.get(at, 0) + n


def arrived(listening):
    by = {}
    for event in listening.of("response"):
        first = event.get("timeToFirstToken")
        took = round(event["duration"] * 1e6)
        figures = by.setdefault(event["queryType"], Figures())
        figures.add(event["outcome"], took, None if first is None else round(first * 1e6))
    for event in listening.of("summary"):
        by.setdefault(event["queryType"], Figures()).add_summary(event)
    return by


def all_counts(listening):
    return sum(sum(figures.counts.values()) for figures in arrived(listening).values())

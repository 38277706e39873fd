"""What a benchmark measured, and how it is shown: absolute figures differ by machine, ratios within a run do not."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Measurement:
    """One way of doing a thing: how much of the unit it took or gave."""

    bench: str
    name: str
    value: float
    unit: str
    ratio: float
    """The value divided by the bench's first value of the same unit, which is the one to compare with."""


@dataclass
class Report:
    """Collects measurements; the first of each bench and unit is what its others are compared with."""

    measurements: list[Measurement] = field(default_factory=list)

    def add(self, bench: str, name: str, value: float, unit: str) -> None:
        """Add one measurement."""
        first = next((one.value for one in self.measurements if (one.bench, one.unit) == (bench, unit)), value)
        ratio = value / first if first else float("nan")
        self.measurements.append(Measurement(bench, name, value, unit, ratio))

    def as_json(self) -> str:
        """Return everything as a JSON list."""
        return json.dumps([asdict(one) for one in self.measurements], indent=2)

    def as_table(self) -> str:
        """Return everything as aligned text."""
        rows = [("bench", "what", "value", "unit", "ratio")]
        rows += [
            (one.bench, one.name, f"{one.value:,.3f}", one.unit, f"{one.ratio:.2f} ×") for one in self.measurements
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        return "\n".join(
            f"{bench:<{widths[0]}}  {name:<{widths[1]}}  {value:>{widths[2]}}  {unit:<{widths[3]}}  {ratio:>{widths[4]}}"
            for bench, name, value, unit, ratio in rows
        )

"""`outlay db retention`: takes months of events out, and leaves the sums."""

from datetime import UTC, datetime

import click

from outlay.cli.console import Console, Failure, data_dir_option, json_option, print_rows

_MEGABYTE = 1_000_000


@click.command()
@click.option("--keep-months", type=click.IntRange(1, 1200), metavar="N", help="Take out what is older than N months.")
@click.option("--drop", is_flag=True, help="Remove the events for good, and do not keep them aside.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@json_option
@data_dir_option
@click.pass_obj
def retention(console: Console, keep_months: int | None, drop: bool, yes: bool, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show the months of events, or take old ones out.

    Sums and keys stay: dashboards go on showing what was spent, and a repeat of an old event is still recognised. Taken
    out months stay in the database as tables of their own, unless --drop removes them.
    """
    from outlay.db.place import as_it_stands
    from outlay.ledger import retention as ledger

    with as_it_stands(console.settings(), console.say) as place:
        found = ledger.months(place.urls.owner)
        chosen = found if keep_months is None else ledger.older_than(found, keep_months, datetime.now(UTC))
        shown = [
            {"month": f"{month.first_day:%Y-%m}", "events": month.events, "megabytes": month.size_bytes // _MEGABYTE}
            for month in chosen
        ]
        if keep_months is not None and chosen:
            _confirm(len(chosen), drop=drop, yes=yes)
            for month in ledger.take_out(place.urls.owner, chosen, datetime.now(UTC), drop=drop):
                console.say(f"{'Dropped' if drop else 'Took out'} {month.first_day:%Y-%m}.")
    nothing = "There are no events." if keep_months is None else f"No events are older than {keep_months} months."
    print_rows(shown, as_json=as_json, nothing=nothing)


def _confirm(count: int, *, drop: bool, yes: bool) -> None:
    if yes:
        return
    what = "remove for good the events of" if drop else "take out the events of"
    if not click.confirm(f"This will {what} {count} month{'s' if count > 1 else ''}. Go on?", err=True):
        raise Failure("Nothing was changed.")

"""enquiry plan, letters, send, import, mark, status, by-hand; notice list, letters, send, mark; reply-page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regclean.cli.app import app, noting
from regclean.cli.identity import UserOption, acting
from regclean.cli.listing import Listing, listing
from regclean.errors import counted

if TYPE_CHECKING:
    from regclean.enquiries import SendReport

enquiry = typer.Typer(
    name="enquiry", help="Ask the contact persons of shared bins: plan, letters, send, import, status."
)
app.add_typer(enquiry, name="enquiry", no_args_is_help=True)
notice = typer.Typer(
    name="notice", help="Tell members that the contact person gave their data (GDPR 14): list, letters, send, mark."
)
app.add_typer(notice, name="notice", no_args_is_help=True)
Round = Annotated[int | None, typer.Option("--round", help="Of this round alone.")]
COLUMNS = (
    "enquiry",
    "round",
    "bin_group_no",
    "weight",
    "week",
    "channel",
    "mode",
    "language",
    "state",
    "since",
    "answer_by",
)
NOTICE_COLUMNS = (
    "notice",
    "bin_group_no",
    "member_no",
    "language",
    "channel",
    "state",
    "why_not",
    "due_on",
    "late",
    "written_on",
    "sent_on",
    "objected_on",
)


@enquiry.command()
def plan(
    limit: Annotated[int | None, typer.Option(help="At most so many shared bins, the heaviest first.")] = None,
    per_week: Annotated[int | None, typer.Option(help="Letters a week; by default [enquiries] per_week.")] = None,
    group: Annotated[
        list[str] | None, typer.Option("--bin-group", help="Only this shared bin; may be repeated.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="What the round is called.")] = None,
    user: UserOption = None,
) -> None:
    """Plan a round: whom to ask, in which week; says who is left out and why."""
    from regclean import acts

    with acting(user) as context:
        report = acts.plan_enquiries(context, title=title, limit=limit, per_week=per_week, only=group or ())
    if report.round_id is None:
        typer.echo("Nobody is to be asked now.")
    else:
        weights = ", ".join(f"{name} {count}" for name, count in report.weights.items())
        typer.echo(
            f"Round {report.round_id}: {counted(report.asked, 'shared bin')} in {counted(report.weeks, 'week')} ({weights})."
        )
        typer.echo("Next: regclean enquiry letters -o DIR")
    for why, count in sorted(report.left_out.items()):
        typer.echo(f"Left out, {why}: {count:,}")


@enquiry.command()
def letters(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")],
    round_id: Round = None,
    reminders: Annotated[bool, typer.Option("--reminders", help="Remind those who have not answered in time.")] = False,
    user: UserOption = None,
) -> None:
    """Write the letters of this week: letters.pdf and letters.csv for the print house, a form (xlsx) for each, the sealed questions."""
    from regclean import acts

    with acting(user) as context, noting(output):
        report = acts.write_enquiry_letters(context, output, round_id=round_id, reminders=reminders)
    typer.echo(
        f"Written: {counted(report.letters, 'letter')} ({counted(report.pages, 'page')}), {counted(report.emails, 'mail')}; "
        f"reminders among them: {report.reminders:,}."
    )
    for why, count in sorted(report.left.items()):
        typer.echo(f"Not written, {why}: {count:,}")
    _tell_respelt(report.respelt)
    if report.letters or report.emails:
        typer.echo("They wait in the outbox: regclean enquiry send --release")


@enquiry.command()
def send(
    round_id: Round = None,
    release: Annotated[
        bool, typer.Option("--release", help="Send the mails, and note the printed letters as sent.")
    ] = False,
    user: UserOption = None,
) -> None:
    """Say what waits in the outbox; with --release, send it."""
    from regclean import acts

    with acting(user) as context:
        if not release:
            due = acts.outbox(context, round_id=round_id)
            mails = sum(one.channel == "email" for one in due)
            typer.echo(
                f"In the outbox: {counted(len(due) - mails, 'letter')}, {counted(mails, 'mail')}. To send them: --release"
            )
            return
        report = acts.release_enquiries(context, round_id=round_id)
    _tell_sent(report, "enquiries")


def _tell_sent(report: SendReport, what: str) -> None:
    typer.echo(f"Sent: {counted(report.letters, 'letter')}, {counted(report.emails, 'mail')}.")
    for why, ids in (("refused by the server", report.refused), ("without an address now", report.no_address)):
        if ids:
            typer.echo(f"Not sent, {why}: {what} {', '.join(map(str, ids))}")


@enquiry.command(name="import")
def import_them(
    place: Annotated[Path | None, typer.Argument(help="A filled form (xlsx), or a folder of them.")] = None,
    user: UserOption = None,
) -> None:
    """Take what came back: the reply page's sealed answers, and filled forms."""
    from regclean import acts

    with acting(user) as context:
        report = acts.import_answers(context, place)
    typer.echo(
        f"Answers taken: {report.taken:,}; taken back: {report.withdrawn:,}; had been taken already: {report.repeated:,}; "
        f"objections: {report.objections:,}; refused: {len(report.refused):,}."
    )
    for name, why in report.refused:
        typer.echo(f"{name}: {why}")
    if report.refused:
        raise typer.Exit(1)


@enquiry.command()
def mark(
    state: Annotated[str, typer.Argument(help="returned, given_up; or sent, planned to take that back.")],
    number: Annotated[list[int], typer.Argument(help="The enquiries.")],
    user: UserOption = None,
) -> None:
    """Say that letters came back, or that enquiries are given up; or that it is not so."""
    from regclean import acts

    with acting(user) as context:
        for one in number:
            acts.mark_enquiry(context, one, state)
    typer.echo(f"Marked as {state}: {len(number):,}.")


@enquiry.command()
@listing
def status(round_id: Round = None, user: UserOption = None) -> Listing:
    """List the enquiries, with their states."""
    from regclean import acts
    from regclean.cli.listing import as_table

    with acting(user) as context:
        found = acts.list_enquiries(context, round_id=round_id)
        zone = context.workspace.config.timezone
    lines = [
        (
            one.enquiry_id,
            one.round_id,
            one.bin_group_no,
            one.weight,
            one.week,
            one.channel,
            one.mode,
            one.language,
            one.state,
            one.state_since.astimezone(zone).date().isoformat(),
            one.answer_by.isoformat() if one.answer_by else None,
        )
        for one in found
    ]
    return as_table("Enquiries", COLUMNS, lines)


@enquiry.command(name="by-hand")
@listing
def by_hand(user: UserOption = None) -> Listing:
    """List the shared bins that are asked about by hand: somebody under non-disclosure may be behind them. Takes the right to
    them, and is noted.
    """
    from regclean import acts
    from regclean.cli.listing import as_table

    with acting(user) as context:
        return as_table("By hand", ("bin_group_no", "open_cases"), acts.list_by_hand(context))


@notice.command(name="list")
@listing
def notice_list(
    late: Annotated[bool, typer.Option("--late", help="Only those whose month is over.")] = False,
    user: UserOption = None,
) -> Listing:
    """List the members who are due to be told, were told, and were not, and why. Nobody under non-disclosure is in it."""
    from regclean import acts
    from regclean.cli.listing import as_table

    with acting(user) as context:
        found, protected = acts.list_notices(context)
        today = context.now.astimezone(context.workspace.config.timezone).date()
    lines = [
        (
            one.notice_id,
            one.bin_group_no,
            one.member_no,
            one.language,
            one.channel,
            one.state,
            one.why_not,
            one.due_on.isoformat(),
            one.late(today),
            *(day and day.isoformat() for day in (one.written_on, one.sent_on, one.objected_on)),
        )
        for one in found
        if not late or one.late(today)
    ]
    if protected:
        typer.echo(f"By hand, left out by non-disclosure: {protected:,}", err=True)
    return as_table("Notices", NOTICE_COLUMNS, lines)


@notice.command(name="letters")
def notice_letters(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")],
    limit: Annotated[int | None, typer.Option(help="At most so many letters, those due first.")] = None,
    user: UserOption = None,
) -> None:
    """Write the letters to members who are due: notices.pdf and notices.csv for the print house, and what the reply page needs.
    Who has a valid e-mail address of their own in the register is told by mail, where `[enquiries] smtp` is set.
    """
    from regclean import acts

    with acting(user) as context, noting(output):
        report = acts.write_notice_letters(context, output, limit=limit)
    typer.echo(
        f"Written: {counted(report.letters, 'letter')} ({counted(report.pages, 'page')}), {counted(report.emails, 'mail')}; late among them: {report.late:,}."
    )
    for why, count in sorted(report.left.items()):
        typer.echo(f"Not written, {why}: {count:,}")
    _tell_respelt(report.respelt)
    if report.letters or report.emails:
        typer.echo("They wait in the outbox: regclean notice send")


def _tell_respelt(letters: int) -> None:
    if letters:
        typer.echo(
            f"Names printed in plain letters, for want of their own: {counted(letters, 'letter')}. "
            "Set [enquiries] font, for example to DejaVuSans.ttf of Debian's fonts-dejavu-core, and write them again."
        )


@notice.command(name="send")
def notice_send(user: UserOption = None) -> None:
    """Note the letters that were written as sent, and send the mails."""
    from regclean import acts

    with acting(user) as context:
        report = acts.release_notices(context)
    _tell_sent(report, "notices")


@notice.command(name="mark")
def notice_mark(
    state: Annotated[
        str, typer.Argument(help="not_sent (it came back), objected; or sent, due (write anew) to take that back.")
    ],
    number: Annotated[list[int], typer.Argument(help="The notices.")],
    user: UserOption = None,
) -> None:
    """Say that letters came back, or that members object; or that it is not so."""
    from regclean import acts

    with acting(user) as context:
        for one in number:
            acts.mark_notice(context, one, state)
    typer.echo(f"Marked as {state}: {len(number):,}.")


@app.command(name="reply-page")
def reply_page(
    folder: Annotated[Path, typer.Option(help="The folder that it exchanges with the inside.")],
    sender: Annotated[str, typer.Option(help="The company, as it signs its letters.")],
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at.")] = 8090,
    proxy: Annotated[
        list[str] | None, typer.Option(help="The address of a proxy before it, whose word on the client is taken.")
    ] = None,
) -> None:
    """Serve the reply page: a process of its own that needs no workspace, only its folder."""
    import uvicorn

    from regclean.reply_page import Desk, Folder, create_app

    folder.mkdir(parents=True, exist_ok=True)
    typer.echo(f"The reply page is at http://{host}:{port} (stop it with Ctrl+C).")
    uvicorn.run(
        create_app(Desk(Folder(folder), sender)),
        host=host,
        port=port,
        access_log=False,  # a path holds a code
        log_level="warning",
        server_header=False,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=proxy or [],
    )

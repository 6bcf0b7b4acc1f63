"""The reply page alone on a host: contact persons of every sort, and a steady stream of answers.

`python bench/reply_page.py people` lets 500 of them come (answering by link or typed code, late, twice, contradicting
themselves, adding strangers, hostile) and says whether anything was lost, anybody got in who should not, or anything readable
lay on the host. `python bench/reply_page.py stream --rate 20 --seconds 60` sends answers at a rate, whatever the page takes,
and says how long they took. The page runs as a process of its own, in an empty folder.
"""

from __future__ import annotations

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from regclean.domain.enquiries import Asked, AskedLine, read_told
from regclean.reply_page import Codes, Folder, grouped, open_answer, public_of, seal_question

INSIDE = bytes(range(32))
CANARY = "Kanarialintu"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("people", "stream"))
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    count = given.people if given.what == "people" else int(given.rate * given.seconds)
    with tempfile.TemporaryDirectory() as root:
        folder = Folder(Path(root) / "exchange")
        codes = [Codes.derived(b"k" * 32, f"enquiry {at} 1") for at in range(count)]
        questions = {one.number: question(one, at) for at, one in enumerate(codes)}
        expires = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
        for one in codes:
            folder.put_question(
                one.number, seal_question(one, questions[one.number].as_data(), public_of(INSIDE), expires)
            )
        process, url = serve(Path(root))
        try:
            if given.what == "people":
                people(url, folder, codes, questions, random.Random(given.seed))
            else:
                stream(url, folder, codes, given.rate)
        finally:
            process.terminate()
            process.wait()


def question(codes: Codes, at: int) -> Asked:
    lines = tuple(AskedLine(str(n), f"{CANARY} {at}-{n}", f"Rantatie {n}, 70100 Kuopio", "20") for n in range(1, 6))
    return Asked(codes.number, "list", "fi", "Savon Jäte Oy", f"K{at}", f"K{at}", "2026-11-01", "2026-11-15", lines)


def serve(root: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = "from regclean.cli import main; main()"
    command = [
        sys.executable,
        "-c",
        start,
        "reply-page",
        "--folder",
        str(root / "exchange"),
        "--sender",
        "Savon Jäte Oy",
    ]
    log = (root / "log").open("wb")
    process = subprocess.Popen([*command, "--port", str(port)], cwd=root, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            httpx.get(f"{url}/healthz")
            return process, url
        except httpx.TransportError:
            if process.poll() is not None:
                raise SystemExit("the page did not start") from None
            time.sleep(0.1)


def people(url: str, folder: Folder, codes: list[Codes], questions: dict[str, Asked], rng: random.Random) -> None:
    sorts = ("silent", "link", "typed", "twice", "strangers", "script", "megabyte", "guess", "replay")
    came: dict[str, int] = dict.fromkeys(sorts, 0)
    receipts, got_in, shown = 0, 0, 0
    with httpx.Client(base_url=url, timeout=60) as browser:

        def send(one: Codes, **fields: str) -> httpx.Response:
            return browser.post("/answer", data={"number": one.number, "link": one.link, "do": "send", **fields})

        expected = 0
        for one in codes:
            sort = rng.choice(sorts)
            came[sort] += 1
            if sort == "guess":
                for _ in range(6):
                    answer = browser.post(
                        "/open",
                        data={"number": one.number, "code": grouped(Codes.derived(rng.randbytes(32), "x").typed)},
                    )
                    got_in += answer.status_code == 200
                    shown += CANARY in answer.text
                answer = browser.get(f"/q/{one.number}/{Codes.derived(rng.randbytes(32), 'x').link}")
                got_in, shown = got_in + (answer.status_code == 200), shown + (CANARY in answer.text)
                continue
            if sort == "typed":
                # From this machine every client is one, and the guessing one has locked it: as a proxy would, the link goes on.
                browser.post("/open", data={"number": one.number, "code": one.typed})
            if sort == "megabyte":
                answer = send(one, note="x" * 1_000_000)
                got_in += answer.status_code != 413
                continue
            if sort == "silent":
                continue
            fields = {"all_right": "1"}
            if sort == "strangers":
                fields |= {f"n-{n}-name": f"Outo {n}" for n in range(1, 6)}
            if sort == "script":
                fields["n-1-name"] = '"><script>alert(1)</script>=cmd|calc!A1'
            answer = send(one, **fields)
            receipts += answer.status_code == 200
            got_in += "<script" in answer.text
            expected += 1
            if sort == "twice":
                browser.post("/answer", data={"number": one.number, "link": one.link, "do": "withdraw"})
                answer = send(one, **{"l-1-says": "left", "all_right": "1"})
                expected += 2
            if sort == "replay":
                send(one, **{"l-1-says": "left"})  # answered already: nothing more is sent
    known = {one.number: one for one in codes}
    opened = [open_answer(file, INSIDE, known) for _, file in folder.answers()]
    today = datetime.now(UTC).date()
    read = [read_told(found[1]["told"], questions[found[0]], today) for found in opened if found and "told" in found[1]]
    host = b"".join(path.read_bytes() for path in folder.root.parent.rglob("*") if path.is_file())
    readable = sum(secret.encode() in host for secret in (CANARY, codes[0].link, codes[0].typed, "Outo"))
    print(f"people: {came}")
    print(f"answers sent {expected}, arrived {len(opened)}, unreadable inside {opened.count(None)}, read {len(read)}")
    print(
        f"receipts {receipts}; got in without a code {got_in}; shown before a code {shown}; readable on the host {readable}"
    )


def stream(url: str, folder: Folder, codes: list[Codes], rate: float) -> None:
    """Each comes at its time, opens with its link, and sends; nobody waits for the one before."""
    begun = time.perf_counter() + 1

    def visit(at: int) -> tuple[float, bool]:
        due = begun + at / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        one = codes[at]
        with httpx.Client(base_url=url, timeout=60) as browser:
            good = browser.get(f"/q/{one.number}/{one.link}").status_code == 200
            sent = {"number": one.number, "link": one.link, "do": "send", "all_right": "1"}
            good &= browser.post("/answer", data=sent).status_code == 200
        return time.perf_counter() - due, good

    with ThreadPoolExecutor(64) as pool:
        done = list(pool.map(visit, range(len(codes))))
    times = sorted(seconds for seconds, _ in done)
    errors = sum(not good for _, good in done)
    arrived = sum(1 for _ in folder.answers())
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"answers {len(done)} at {rate:g}/s: errors {errors}, arrived {arrived}")
    print(
        f"from due to receipt: median {p50 * 1000:.0f} ms, 95 % {p95 * 1000:.0f} ms, longest {times[-1] * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()

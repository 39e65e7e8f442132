"""Downloads: resumed, checked, reported and unpacked, against a server that cuts, forgets, lies and changes files."""

import errno
import hashlib
import io
import json
import os
import re
import socket
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from yendor.core.errors import YendorError
from yendor.data import download as module
from yendor.data.download import SERVER, SETS, SUMS, Part, Report, download, parts_of

NAME = "nld-aa-dir-aa.zip"


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        server, plan = self.server, self.server.plans.pop(0) if self.server.plans else {}
        server.asked.append(self.headers.get("Range"))
        body = server.files.get(self.path)
        status = plan.get("status", 200 if body is not None else 404)
        if status != 200 or body is None:
            self.send_response(status)
            self.end_headers()
            return
        first = self.first_byte(body)
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", plan.get("content_range", f"bytes {first}-{len(body) - 1}/{len(body)}"))
        for name, value in server.stamps.items():
            self.send_header(name, value)
        if server.lengths:
            self.send_header("Content-Length", str(plan.get("length", len(body) - first)))
        self.end_headers()
        self.wfile.write(body[first : first + plan["cut"] if "cut" in plan else None])
        if "stall" in plan:
            self.wfile.flush()
            plan["stall"].wait(60.0)
        if plan.get("reset"):
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if "then" in plan:
            plan["then"]()

    def first_byte(self, body: bytes) -> int:
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        condition = self.headers.get("If-Range")
        stamps = (self.server.stamps.get("ETag"), self.server.stamps.get("Last-Modified"))
        if not match or not self.server.ranges or (condition not in stamps and not self.server.careless):
            return 0
        return int(match[1])


class Server(ThreadingHTTPServer):
    """Serves `files`; each of `plans` says what goes wrong with one request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.plans: list[dict[str, Any]] = []
        self.asked: list[str | None] = []
        self.stamps = {"ETag": '"one"', "Last-Modified": "Tue, 01 Nov 2022 00:00:00 GMT"}
        self.ranges = self.lengths = True
        self.careless = False
        self.base = f"http://127.0.0.1:{self.server_address[1]}/nld"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


BODY = zipped({"nld-aa/nle_data/1/a.ttyrec3.bz2": os.urandom(40_000), "nld-aa/nle_data/1/b.ttyrec3.bz2": b"b" * 9000})
SAME_LENGTH = BODY.replace(b"a.ttyrec3", b"c.ttyrec3")
OTHER = zipped({"nld-aa/nle_data/1/a.ttyrec3.bz2": os.urandom(50_000)})


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def serve(server: Server, bodies: dict[str, bytes]) -> list[Part]:
    server.files = {f"/nld/nld-aa/nld-aa-dir-{key}.zip": body for key, body in bodies.items()}
    return parts_of("nld-aa", ",".join(bodies), server.base)


def fetch(server: Server, to: Path, body: bytes = BODY, **options: Any) -> Report:
    return download(serve(server, {"aa": body}), to, **{"backoff": 0.0, **options})


def records(to: Path) -> dict[str, Any]:
    return json.loads((to / SUMS).read_text())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def reason(report: Report) -> str:
    assert len(report.failed) == 1, report
    return report.failed[0][1]


def test_the_sets_are_those_published() -> None:
    assert [len(SETS[name]) for name in ("nld-aa", "nld-aa-taster", "nld-nao")] == [16, 1, 41]
    urls = [part.url for parts in SETS.values() for part in parts]
    assert len(set(urls)) == 58
    for path in (
        "nld-aa/nld-aa-dir-aa.zip",
        "nld-aa/nld-aa-dir-ap.zip",
        "nld-aa-taster/nld-aa-taster.zip",
        "nld-nao/nld-nao-dir-az.zip",
        "nld-nao/nld-nao-dir-ba.zip",
        "nld-nao/nld-nao-dir-bn.zip",
        "nld-nao/nld-nao_xlogfiles.zip",
    ):
        assert f"https://dl.fbaipublicfiles.com/nld/{path}" in urls


@pytest.mark.parametrize(
    ("name", "wanted", "expected"),
    [
        ("nld-aa", "ac, aa", "aa ac"),
        ("nld-aa", "1-3,3,16", "aa ab ac ap"),
        ("nld-aa", "nld-aa-dir-ab.zip", "ab"),
        ("nld-nao", "xlogfiles,40", "bn xlogfiles"),
        ("nld-aa-taster", "taster", "taster"),
        ("nld-aa-taster", " ", "taster"),
    ],
)
def test_parts_are_selected_in_the_order_of_the_set(name: str, wanted: str, expected: str) -> None:
    parts = parts_of(name, wanted)
    assert " ".join(re.split("[-_.]", part.name)[-2] for part in parts) == expected
    assert all(part in SETS[name] for part in parts)
    assert parts_of(name) == list(SETS[name])


@pytest.mark.parametrize("wanted", ["zz", "0", "17", "3-1", "1-17", "aa,", "1-", "nld-nao-dir-aa.zip", "-1"])
def test_unknown_parts_are_named(wanted: str) -> None:
    with pytest.raises(YendorError, match=r"nld-aa has no part '.*'(.|\n)*a number: 1 to 16"):
        parts_of("nld-aa", wanted)


def test_unknown_sets_and_mirrors_are_named() -> None:
    with pytest.raises(YendorError, match=r"'nld-ao'(.|\n)*'nld-nao'|'nld-aa'"):
        parts_of("nld-ao")
    with pytest.raises(YendorError, match="no web address"):
        parts_of("nld-aa", base_url="mirror.example/nld")
    assert parts_of("nld-aa", "aa", "http://m/x/")[0].url == f"http://m/x/nld-aa/{NAME}"
    assert parts_of("nld-aa", "aa")[0].url == f"{SERVER}/nld-aa/{NAME}"


def test_a_part_is_fetched_recorded_and_kept(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    report = fetch(server, tmp_path / "new" / "to", progress=lambda done, total: seen.append((done, total)))
    to = tmp_path / "new" / "to"
    assert (report.fetched, report.kept, report.failed, report.bytes) == ([NAME], [], [], len(BODY))
    assert (to / NAME).read_bytes() == BODY
    assert names(to) == [SUMS, NAME]
    url = f"{server.base}/nld-aa/{NAME}"
    assert records(to) == {NAME: {"name": NAME, "size": len(BODY), "sha256": sha(BODY), "url": url}}
    assert seen[0] == (0, len(BODY))
    assert seen[-1] == (len(BODY), len(BODY))
    before = records(to)
    again = fetch(server, to)
    assert (again.fetched, again.kept, again.failed, again.bytes) == ([], [NAME], [], 0)
    assert len(server.asked) == 1
    assert records(to) == before


def test_records_of_several_parts_gather(server: Server, tmp_path: Path) -> None:
    report = download(serve(server, {"aa": BODY, "ab": OTHER}), tmp_path)
    assert report.fetched == ["nld-aa-dir-aa.zip", "nld-aa-dir-ab.zip"]
    assert {name: record["sha256"] for name, record in records(tmp_path).items()} == {
        "nld-aa-dir-aa.zip": sha(BODY),
        "nld-aa-dir-ab.zip": sha(OTHER),
    }


@pytest.mark.parametrize("reset", [False, True])
def test_a_cut_connection_is_resumed(server: Server, tmp_path: Path, reset: bool) -> None:
    server.plans = [{"cut": 20_000, "reset": reset}, {"cut": 5000}]
    report = fetch(server, tmp_path)
    assert (report.fetched, report.failed) == ([NAME], [])
    assert (tmp_path / NAME).read_bytes() == BODY
    assert len(server.asked) == 3
    assert server.asked[0] is None
    if not reset:
        assert server.asked[1:] == ["bytes=20000-", "bytes=25000-"]
        assert report.bytes == len(BODY)


def test_connections_that_bring_something_are_not_counted_as_failures(server: Server, tmp_path: Path) -> None:
    server.plans = [{"cut": 3000} for _ in range(10)]
    assert fetch(server, tmp_path, retries=1).fetched == [NAME]


def test_a_later_run_resumes(server: Server, tmp_path: Path) -> None:
    server.plans = [{"cut": 20_000}, {"status": 503}]
    report = fetch(server, tmp_path, retries=1, progress=None)
    assert "503" in reason(report)
    assert "20,000 bytes are kept" in reason(report)
    assert (report.fetched, report.bytes) == ([], 20_000)
    assert names(tmp_path) == [f"{NAME}.part", f"{NAME}.part.json"]
    seen: list[int] = []
    report = fetch(server, tmp_path, progress=lambda done, total: seen.append(done))
    assert (report.fetched, report.bytes) == ([NAME], len(BODY) - 20_000)
    assert seen[0] == 20_000
    assert names(tmp_path) == [SUMS, NAME]


def test_a_part_that_is_whole_but_unchecked_needs_no_request(server: Server, tmp_path: Path) -> None:
    server.plans = [{"cut": 20_000}]
    fetch(server, tmp_path, retries=0)
    (tmp_path / f"{NAME}.part").write_bytes(BODY)
    report = fetch(server, tmp_path)
    assert (report.fetched, report.bytes, len(server.asked)) == ([NAME], 0, 1)


def test_ctrl_c_leaves_what_came(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 10_000)

    def stop(done: int, total: int | None) -> None:
        if done >= 20_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(server, tmp_path, progress=stop)
    assert (tmp_path / f"{NAME}.part").read_bytes() == BODY[:20_000]
    report = fetch(server, tmp_path)
    assert (report.fetched, report.bytes) == ([NAME], len(BODY) - 20_000)
    assert (tmp_path / NAME).read_bytes() == BODY


def test_a_stalled_connection_is_resumed(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 1.5)  # a busy machine may need tenths of a second to answer
    monkeypatch.setattr(module, "BLOCK", 1000)
    over = threading.Event()
    server.plans = [{"cut": 20_000, "stall": over}]
    report = fetch(server, tmp_path)
    over.set()
    assert report.fetched == [NAME]
    assert server.asked == [None, "bytes=20000-"]
    assert (tmp_path / NAME).read_bytes() == BODY


def test_a_server_without_ranges_starts_again(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    server.plans = [{"cut": 20_000}]
    report = fetch(server, tmp_path)
    assert server.asked == [None, "bytes=20000-"]
    assert (report.fetched, report.bytes) == ([NAME], len(BODY) + 20_000)
    assert (tmp_path / NAME).read_bytes() == BODY
    server.plans = [{"cut": 20_000} for _ in range(9)]
    (tmp_path / NAME).unlink()
    assert "20,000 of" in reason(fetch(server, tmp_path, retries=2))
    assert len(server.plans) == 6


@pytest.mark.parametrize(
    "stamps",
    [
        {"ETag": 'W/"weak"'},
        {"ETag": 'W/"weak"', "Last-Modified": "Tue, 01 Nov 2022 00:00:00 GMT"},
        {"Last-Modified": "Tue, 01 Nov 2022 00:00:00 GMT"},
        {},
    ],
)
def test_only_what_can_be_told_from_its_successor_is_resumed(
    server: Server, tmp_path: Path, stamps: dict[str, str]
) -> None:
    server.stamps = stamps
    server.plans = [{"cut": 20_000}]
    assert fetch(server, tmp_path).fetched == [NAME]
    assert server.asked[1] == ("bytes=20000-" if "Last-Modified" in stamps else None)


@pytest.mark.parametrize("telltale", ["If-Range", "ETag", "Last-Modified", "length"])
def test_a_file_that_changes_is_fetched_anew(server: Server, tmp_path: Path, telltale: str) -> None:
    other = OTHER if telltale == "length" else SAME_LENGTH
    server.careless = telltale != "If-Range"

    def change() -> None:
        server.files[f"/nld/nld-aa/{NAME}"] = other
        if telltale != "length":
            server.stamps["ETag" if telltale == "If-Range" else telltale] = '"two"'
        if telltale == "If-Range":
            del server.stamps["Last-Modified"]

    server.plans = [{"cut": 20_000, "then": change}]
    assert fetch(server, tmp_path).fetched == [NAME]
    assert (tmp_path / NAME).read_bytes() == other
    assert server.asked == [None, "bytes=20000-", None][: 3 if server.careless else 2]


def test_a_range_that_was_not_asked_for_is_not_appended(server: Server, tmp_path: Path) -> None:
    server.plans = [{"cut": 20_000}, {"content_range": f"bytes 100-{len(BODY) - 1}/{len(BODY)}"}]
    assert fetch(server, tmp_path).fetched == [NAME]
    assert server.asked == [None, "bytes=20000-", None]
    assert (tmp_path / NAME).read_bytes() == BODY


def test_another_server_starts_again(server: Server, tmp_path: Path) -> None:
    server.plans = [{"cut": 20_000}]
    fetch(server, tmp_path, retries=0)
    server.files["/mirror/nld-aa/" + NAME] = BODY
    report = download(parts_of("nld-aa", "aa", server.base.replace("/nld", "/mirror")), tmp_path)
    assert report.fetched == [NAME]
    assert server.asked == [None, None]


def test_a_range_that_cannot_be_had_starts_again(server: Server, tmp_path: Path) -> None:
    server.plans = [{"cut": 20_000}, {"status": 416}]
    assert fetch(server, tmp_path).fetched == [NAME]
    assert server.asked == [None, "bytes=20000-", None]


def test_more_than_there_should_be_starts_again(server: Server, tmp_path: Path) -> None:
    server.plans = [{"cut": 20_000}]
    fetch(server, tmp_path, retries=0)
    (tmp_path / f"{NAME}.part").write_bytes(BODY + b"more")
    assert fetch(server, tmp_path).fetched == [NAME]
    assert (tmp_path / NAME).read_bytes() == BODY


def test_passing_trouble_is_waited_out(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(module.time, "sleep", waits.append)
    server.plans = [{"status": status} for status in (500, 503, 429, 408)]
    assert fetch(server, tmp_path, backoff=25.0).fetched == [NAME]
    assert waits == [25.0, 50.0, 60.0, 60.0]


def test_lasting_trouble_is_reported_and_the_run_goes_on(server: Server, tmp_path: Path) -> None:
    parts = serve(server, {"aa": BODY, "ab": OTHER, "ac": BODY})
    del server.files["/nld/nld-aa/nld-aa-dir-ab.zip"]
    report = download(parts, tmp_path, backoff=0.0)
    assert report.fetched == ["nld-aa-dir-aa.zip", "nld-aa-dir-ac.zip"]
    assert report.failed[0][0] == "nld-aa-dir-ab.zip"
    assert "404" in reason(report)
    assert len(server.asked) == 3
    server.plans = [{"status": 500}] * 9
    assert "500" in reason(download(parts[1:2], tmp_path, backoff=0.0, retries=2))
    assert len(server.plans) == 6


def test_a_server_that_is_not_there_is_reported(server: Server, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        report = download(parts_of("nld-aa", "aa", base), tmp_path, retries=1, backoff=0.0)
    assert "cannot reach" in reason(report)


def test_a_length_that_is_wrong_is_found(server: Server, tmp_path: Path) -> None:
    server.plans = [{"length": len(BODY) + 10}] + [{"status": 500}] * 3
    assert "500" in reason(fetch(server, tmp_path, retries=2))
    assert not (tmp_path / NAME).exists()
    assert fetch(server, tmp_path, retries=2).fetched == [NAME], "resumed, contradicted, begun anew"
    (tmp_path / NAME).unlink()
    (tmp_path / SUMS).unlink()
    server.plans = [{"length": len(BODY) - 10}]
    assert "no whole zip file" in reason(fetch(server, tmp_path))
    assert names(tmp_path) == [f"{NAME}.bad"]
    assert fetch(server, tmp_path).fetched == [NAME]


def test_without_a_length_the_zip_itself_is_trusted(server: Server, tmp_path: Path) -> None:
    server.lengths = False
    seen: list[int | None] = []
    assert fetch(server, tmp_path, progress=lambda done, total: seen.append(total)).fetched == [NAME]
    assert set(seen) == {None}


def damaged(body: bytes) -> bytes:
    return body[:1000] + bytes([body[1000] ^ 1]) + body[1001:]


def test_a_damaged_zip_is_put_aside(server: Server, tmp_path: Path) -> None:
    report = fetch(server, tmp_path, damaged(BODY))
    assert "damaged zip file (member nld-aa/nle_data/1/a.ttyrec3.bz2)" in reason(report)
    assert (report.fetched, names(tmp_path)) == ([], [f"{NAME}.bad"])
    assert fetch(server, tmp_path).fetched == [NAME]


@pytest.mark.parametrize("line", ["{sum}  {name}\n", "{sum} *./nld-aa/{name}\r\n", "# parts\n\n{SUM}  {name}"])
def test_a_list_of_checksums_is_held_to(server: Server, tmp_path: Path, line: str) -> None:
    sums = tmp_path / "sums.txt"
    sums.write_text(line.format(sum=sha(BODY), SUM=sha(BODY).upper(), name=NAME))
    to = tmp_path / "to"
    assert fetch(server, to, checksums=sums).fetched == [NAME]
    (to / NAME).unlink()
    parts = serve(server, {"aa": OTHER, "ab": OTHER})
    report = download(parts, to, checksums=sums, backoff=0.0)
    assert f"SHA-256 is {sha(OTHER)}, but {sha(BODY)} in the list" in reason(report)
    assert report.fetched == ["nld-aa-dir-ab.zip"]
    assert names(to) == [SUMS, f"{NAME}.bad", "nld-aa-dir-ab.zip"]


def test_a_list_outranks_the_record(server: Server, tmp_path: Path) -> None:
    fetch(server, tmp_path)
    (tmp_path / "sums.txt").write_text(f"{sha(OTHER)}  {NAME}\n")
    (tmp_path / NAME).write_bytes(OTHER)
    assert fetch(server, tmp_path, checksums=tmp_path / "sums.txt").kept == [NAME]
    assert records(tmp_path)[NAME]["sha256"] == sha(OTHER)


def test_a_part_may_bring_its_checksum(server: Server, tmp_path: Path) -> None:
    url = serve(server, {"aa": b"text"})[0].url
    assert download([Part("a.txt", url, sha(b"text").upper())], tmp_path).fetched == ["a.txt"]
    report = download([Part("b.txt", url, sha(b"other"))], tmp_path)
    assert "in the part" in reason(report)
    assert names(tmp_path) == [SUMS, "a.txt", "b.txt.bad"]


def test_lists_that_cannot_be_read_are_named(server: Server, tmp_path: Path) -> None:
    with pytest.raises(YendorError, match="cannot read"):
        fetch(server, tmp_path, checksums=tmp_path / "none.txt")
    (tmp_path / "sums.txt").write_text(f"{sha(BODY)}  {NAME}\nabc  {NAME}\n")
    with pytest.raises(YendorError, match="line 2 is no checksum"):
        fetch(server, tmp_path, checksums=tmp_path / "sums.txt")
    assert server.asked == []


@pytest.mark.parametrize("content", ["{", "[]"])
def test_broken_records_are_named(server: Server, tmp_path: Path, content: str) -> None:
    (tmp_path / SUMS).write_text(content)
    with pytest.raises(YendorError, match=f"cannot read .*{SUMS}"):
        fetch(server, tmp_path)


def test_a_file_that_changed_since_is_put_aside_and_fetched_by_the_next_run(server: Server, tmp_path: Path) -> None:
    fetch(server, tmp_path)
    (tmp_path / NAME).write_bytes(OTHER)
    report = fetch(server, tmp_path)
    assert f"but {sha(BODY)} in {SUMS}" in reason(report)
    assert names(tmp_path) == [SUMS, f"{NAME}.bad"]
    assert fetch(server, tmp_path).fetched == [NAME]
    assert (tmp_path / NAME).read_bytes() == BODY


def test_files_fetched_by_other_means_are_checked_and_kept(server: Server, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(BODY)
    report = fetch(server, tmp_path)
    assert (report.kept, server.asked) == ([NAME], [])
    assert records(tmp_path)[NAME] == {"name": NAME, "size": len(BODY), "sha256": sha(BODY), "url": ""}
    (tmp_path / SUMS).unlink()
    (tmp_path / NAME).write_bytes(BODY[:-100])
    assert "no whole zip file" in reason(fetch(server, tmp_path))
    url = f"{server.base}/nld-aa/{NAME}"
    (tmp_path / "a.txt").write_bytes(b"who knows")
    assert download([Part("a.txt", url)], tmp_path).fetched == ["a.txt"]
    assert (tmp_path / "a.txt").read_bytes() == BODY


MEMBERS = {"nle_data/1/a.bz2": b"a" * 5000, "nle_data/1/b.bz2": b"b" * 300, "nle_data/2/": b"", "empty": b""}


def test_zips_are_unpacked_and_unpacking_is_resumed(server: Server, tmp_path: Path) -> None:
    assert fetch(server, tmp_path, zipped(MEMBERS), unpack=True).failed == []
    for name, data in MEMBERS.items():
        assert name.endswith("/") or (tmp_path / name).read_bytes() == data
    assert not list(tmp_path.rglob("*.part"))
    whole, cut, gone = tmp_path / "nle_data/1/a.bz2", tmp_path / "nle_data/1/b.bz2", tmp_path / "empty"
    stamp = whole.stat().st_mtime_ns
    cut.write_bytes(b"b" * 299)
    gone.unlink()
    report = fetch(server, tmp_path, zipped(MEMBERS), unpack=True)
    assert (report.kept, report.failed, report.bytes) == ([NAME], [], 0)
    assert whole.stat().st_mtime_ns == stamp
    assert cut.read_bytes() == MEMBERS["nle_data/1/b.bz2"]
    assert gone.exists()


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "..\\x", "C:\\x", "C:x", "\\\\host\\share\\x", "."])
def test_members_that_lead_out_of_the_folder_are_refused(server: Server, tmp_path: Path, name: str) -> None:
    to = tmp_path / "deep" / "to"
    report = fetch(server, to, zipped({"good": b"good", name: b"bad"}), unpack=True)
    assert "would lie outside" in reason(report)
    assert report.fetched == [NAME], "it came as it was published"
    assert names(to) == [SUMS, NAME]
    assert names(tmp_path) == ["deep"]


def test_names_with_colons_and_dots_are_unpacked(server: Server, tmp_path: Path) -> None:
    member = "nld-nao-unzipped/..me../2009-01-02.03:04:05.ttyrec.bz2"
    assert fetch(server, tmp_path, zipped({member: b"x"}), unpack=True).failed == []
    assert (tmp_path / member).read_bytes() == b"x"


def test_members_that_cannot_be_written_are_reported(server: Server, tmp_path: Path) -> None:
    (tmp_path / "nle_data").write_text("in the way")
    report = fetch(server, tmp_path, zipped(MEMBERS), unpack=True)
    assert "nle_data" in reason(report)
    body = damaged(zipped({"a": b"a" * 5000}))
    (tmp_path / "sums.txt").write_text(f"{sha(body)}  nld-aa-dir-ab.zip")
    parts = serve(server, {"ab": body})
    report = download(parts, tmp_path, unpack=True, checksums=tmp_path / "sums.txt")
    assert "not unpacked: Bad CRC-32" in reason(report)
    assert not (tmp_path / "a").exists()


def test_a_full_disk_ends_the_run_and_keeps_what_came(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Disk(io.BufferedWriter):
        def write(self, block: Any) -> int:
            if self.tell() >= 20_000:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(block)

    real = Path.open

    def fill(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        return Disk(io.FileIO(path, "ab")) if mode == "ab" else real(path, mode, *args, **kwargs)

    monkeypatch.setattr(module, "BLOCK", 10_000)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", fill)
        with pytest.raises(YendorError, match=r"no room in (.|\n)*Free some space and run the command again"):
            fetch(server, tmp_path)
    assert (tmp_path / f"{NAME}.part").read_bytes() == BODY[:20_000]
    assert fetch(server, tmp_path).bytes == len(BODY) - 20_000


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_while_unpacking_ends_the_run(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.part").symlink_to("/dev/full")
    with pytest.raises(YendorError, match="no room in"):
        fetch(server, tmp_path, zipped({"a": b"a" * 5000}), unpack=True)
    assert records(tmp_path)[NAME]
    (tmp_path / "a.part").unlink()
    assert fetch(server, tmp_path, zipped({"a": b"a" * 5000}), unpack=True).kept == [NAME]
    assert (tmp_path / "a").read_bytes() == b"a" * 5000


def test_space_is_looked_at_before_a_part(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SimpleNamespace(free=len(BODY) - 1)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: disk)
    with pytest.raises(YendorError, match=f"{len(BODY):,} bytes are needed, {disk.free:,} are free"):
        fetch(server, tmp_path)
    disk.free += 1
    server.plans = [{"cut": 20_000}]
    fetch(server, tmp_path, retries=0)
    disk.free -= 20_000
    assert fetch(server, tmp_path).fetched == [NAME], "only the rest must fit"
    with pytest.raises(YendorError, match="49,000 bytes are needed"):
        fetch(server, tmp_path, unpack=True)


def test_a_folder_that_cannot_be_made_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(YendorError, match="cannot make the folder"):
        fetch(server, tmp_path / "file")

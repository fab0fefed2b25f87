"""What a hostile plugin tries. Runs within the jail; every attack is bounded by itself, so that a jail that failed
would harm nothing. What it says is not believed: tests look at the host."""

import contextlib
import ctypes
import errno
import mmap
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MIB = 1 << 20
libc = ctypes.CDLL(None, use_errno=True)


def _wait(seconds: float) -> None:
    select.select([], [], [], seconds)


def _try(*attempts: Callable[[], Any]) -> list[str]:
    """What each gave, or how it failed."""
    found = []
    for attempt in attempts:
        try:
            found.append(str(attempt()))
        except (OSError, ValueError) as error:
            found.append(f"{type(error).__name__} {getattr(error, 'errno', '')}")
    return found


def _system(number: int, *arguments: object) -> str:
    """A raw call, by its number on x86-64."""
    result = libc.syscall(ctypes.c_long(number), *arguments)
    return str(result) if result >= 0 else errno.errorcode[ctypes.get_errno()]


def sanity(inputs: Any, host: Any) -> Any:
    """Harmless: computes, prints, writes a file."""
    print("a line")
    Path(os.environ["OUTPUT"], "report.txt").write_text("written")
    Path(os.environ["TMPDIR"], "scratch").write_text("x" * 1000)
    code = subprocess.run(["/bin/echo", "a child"], capture_output=True, check=True, text=True).stdout
    return {"inputs": inputs, "sum": sum(range(1000)), "child": code.strip()}


def system(inputs: Any, host: Any) -> Any:
    """The release of the kernel that answers."""
    return os.uname().release


def read_files(inputs: Any, host: Any) -> Any:
    """Everything that a host has and a plugin must not see."""
    paths = [*inputs["paths"], "/etc/shadow", "/root", "/proc/1/environ", f"/proc/{os.getppid()}/environ"]
    paths += [f"/proc/{pid}/{name}" for pid in inputs["processes"] for name in ("environ", "root/etc/shadow")]
    paths += [f"/proc/self/root{inputs['paths'][0]}", *(f"/proc/{n}/environ" for n in range(1, 40))]
    return _try(*(lambda path=path: Path(path).read_bytes() for path in paths))


def read_environment(inputs: Any, host: Any) -> Any:
    """The host's environment."""
    return [dict(os.environ), *_try(lambda: Path("/proc/self/environ").read_bytes())]


def write_outside(inputs: Any, host: Any) -> Any:
    """Files where others would find them."""
    own = Path(__file__).parent
    places = [
        *inputs["folders"],
        "/usr",
        "/etc",
        "/",
        "/var/tmp",
        "/run",
        own,
        "/dev",
        "/dev/shm",
        "/guest",
        "/proc",
    ]
    return _try(*(lambda place=place: Path(place, inputs["name"]).write_text("left") for place in places))


def read_back(inputs: Any, host: Any) -> Any:
    """What an earlier call has left."""
    places = [
        "/tmp",
        "/output",
        "/dev/shm",
        "/",
        "/var/tmp",
        "/dev",
        os.environ["TMPDIR"],
        os.environ["OUTPUT"],
    ]
    return [str(Path(place, inputs["name"])) for place in places if Path(place, inputs["name"]).exists()]


def fork_bomb(inputs: Any, host: Any) -> Any:
    """Processes that stay."""
    count = 0
    with contextlib.suppress(OSError):
        while count < 150:
            if os.fork() == 0:
                signal.pause()
            count += 1
    return count


def memory_bomb(inputs: Any, host: Any) -> Any:
    """Memory, by one process. Without a limit it would take 600 MiB."""
    held = []
    for _ in range(75):
        held.append(bytearray(os.urandom(1024) * 8192))
    return len(held)


def memory_bomb_of_many(inputs: Any, host: Any) -> Any:
    """Memory by ten processes, each below the limit. In all 600 MiB."""
    for _ in range(10):
        if os.fork() == 0:
            held = bytearray(os.urandom(1024) * 60 * 1024)
            signal.alarm(10)
            signal.pause()
            os._exit(len(held) & 1)
    signal.alarm(10)
    signal.pause()


def hidden_memory_bomb(inputs: Any, host: Any) -> Any:
    """Memory that no process's size shows. In all 600 MiB."""
    descriptor = os.memfd_create("held")
    block = os.urandom(MIB)
    for _ in range(600):
        os.write(descriptor, block)
    return os.fstat(descriptor).st_size


def shared_memory_bomb(inputs: Any, host: Any) -> Any:
    """Shared pages. In all 600 MiB."""
    held = mmap.mmap(-1, 600 * MIB)
    for start in range(0, 600 * MIB, 4096):
        held[start] = 1
    return len(held)


def disk_bomb(inputs: Any, host: Any) -> Any:
    """Files, at most 400 MiB."""
    written = 0
    block = os.urandom(MIB)
    folder = Path(os.environ["TMPDIR"])
    with contextlib.suppress(OSError):
        for index in range(40):
            with (folder / f"file{index}").open("wb", buffering=0) as file:
                for _ in range(10):
                    written += file.write(block)
    _wait(0.5)  # the tier without a file system of its own looks now and then
    return written


def output_bomb(inputs: Any, host: Any) -> Any:
    """Files to be given back: at most 40 MiB in one, and as many small ones as there is room for, up to 6,000."""
    written = 0
    block = os.urandom(MIB)
    folder = Path(os.environ["OUTPUT"])
    with contextlib.suppress(OSError), (folder / "large").open("wb", buffering=0) as file:
        for _ in range(40):
            written += file.write(block)
    count = 0
    with contextlib.suppress(OSError):
        while count < 6000:
            (folder / f"file{count}").touch()
            count += 1
    _wait(0.5)
    return written


def log_flood(inputs: Any, host: Any) -> Any:
    """Text without end."""
    for _ in range(20):
        print("x" * MIB)


def large_output(inputs: Any, host: Any) -> Any:
    """An answer of 8 MiB."""
    return "x" * (8 * MIB)


def forged_answer(inputs: Any, host: Any) -> Any:
    """Bytes in place of an answer, on whatever is open."""
    body = inputs["answer"].encode()
    for descriptor in {*range(3, 32)} - {host._socket.fileno()}:
        with contextlib.suppress(OSError):
            os.write(descriptor, body)
    os._exit(inputs.get("code", 0))


def cpu_loop(inputs: Any, host: Any) -> Any:
    """Twenty seconds of work."""
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        pass


def cpu_in_silence(inputs: Any, host: Any) -> Any:
    """The same, with nothing open by which it could be noticed."""
    os.closerange(0, 1024)
    cpu_loop(inputs, host)


def cpu_by_children(inputs: Any, host: Any) -> Any:
    """The same in pieces of which none is long, by processes that nobody waits for."""
    with contextlib.suppress(ValueError):  # in the first thread only
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in range(40):
        if os.fork() == 0:
            end = time.process_time() + 0.4
            while time.process_time() < end:
                pass
            os._exit(0)
        with contextlib.suppress(ChildProcessError):
            os.wait()


def cpu_by_threads_children(inputs: Any, host: Any) -> Any:
    """The same, by processes whose parent is not the first thread."""
    thread = threading.Thread(target=cpu_by_children, args=(inputs, host))
    thread.start()
    thread.join()


def stay(inputs: Any, host: Any) -> Any:
    """Deaf to every signal that can be ignored; named so that it can be found."""
    libc.prctl(15, str(inputs).encode(), 0, 0, 0)
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    _wait(20)


def connect(inputs: Any, host: Any) -> Any:
    """To servers of the host, by every family that might lead there."""

    def to(family: int, address: Any) -> Callable[[], Any]:
        def attempt() -> None:
            with socket.socket(family, socket.SOCK_STREAM) as client:
                client.settimeout(1)
                client.connect(address)
                client.sendall(b"caught")

        return attempt

    found = _try(to(socket.AF_INET, ("127.0.0.1", inputs["port"])))
    found += _try(to(socket.AF_INET, ("169.254.169.254", 80)), to(socket.AF_INET6, ("::1", inputs["port"])))
    return found + _try(to(socket.AF_UNIX, "\0" + inputs["abstract"]), to(socket.AF_UNIX, inputs["path"]))


def odd_sockets(inputs: Any, host: Any) -> Any:
    """Families that reach the hypervisor, the wire and rarely visited parts of the kernel."""
    return _try(
        *(lambda f=f: socket.socket(f, socket.SOCK_STREAM) for f in (40, 38)), lambda: socket.socket(17, 3)
    )


def trace(inputs: Any, host: Any) -> Any:
    """Other processes, by the debugger's way."""
    return [_system(101, 16, pid, 0, 0) for pid in (os.getppid(), 1, *inputs["processes"])]


def signal_others(inputs: Any, host: Any) -> Any:
    """Processes of the host, and the trusted ones of the jail."""
    targets = (*inputs["processes"], os.getppid())
    found = _try(*(lambda pid=pid: os.kill(pid, signal.SIGKILL) for pid in targets))
    for pid in inputs["processes"]:
        limits = struct.pack("QQ", 0, 0)
        found.append(_system(302, pid, resource.RLIMIT_CPU, limits, 0))
        found += _try(
            lambda pid=pid: os.sched_setaffinity(pid, {0}), lambda pid=pid: os.setpriority(0, pid, 19)
        )
    return found


def leave_children(inputs: Any, host: Any) -> Any:
    """A process of its own session that outlives us, named so that it can be found."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            libc.prctl(15, inputs["name"].encode(), 0, 0, 0)
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            _wait(20)
        os._exit(0)
    return os.wait()[0] > 0


def make_device(inputs: Any, host: Any) -> Any:
    """The machine's disk and memory as files."""
    return _try(lambda: os.mknod(f"{os.environ['TMPDIR']}/disk", 0o60666, os.makedev(254, 0)))


def make_namespaces(inputs: Any, host: Any) -> Any:
    """A user namespace in which we would be root, by each way to one."""
    flags = 0x10000000 | 0x20000
    cloned = _system(56, flags | signal.SIGCHLD, 0, 0, 0, 0)
    if cloned == "0":
        os._exit(0)
    return [_system(272, flags), cloned, _system(435, 0, 0), _system(308, 0, 0), _system(165, 0, 0, 0, 0, 0)]


def kernel_surface(inputs: Any, host: Any) -> Any:
    """Parts of the kernel that plugins do not need and exploits do; the last two are to be absent."""
    numbers = (321, 250, 248, 298, 323, 304, 155, 161, 175, 246, 310, 425, 447)
    return [_system(number, 0, 0, 0, 0, 0) for number in numbers]


def another_machine(inputs: Any, host: Any) -> Any:
    """System calls by the numbers of x32 and of tomorrow."""
    return [_system(0x40000000 + 41, 2, 1, 0), _system(9999)]


def open_files(inputs: Any, host: Any) -> Any:
    """What was left open, and whether it leads anywhere."""
    found = {}
    for descriptor in range(1024):
        with contextlib.suppress(OSError):
            mode = os.fstat(descriptor).st_mode
            found[descriptor] = oct(mode)
            for name in ("../../../../etc/shadow", "etc/shadow"):
                with contextlib.suppress(OSError):
                    found[descriptor] += os.read(os.open(name, os.O_RDONLY, dir_fd=descriptor), 100).decode()
    return found


def become_root(inputs: Any, host: Any) -> Any:
    """Through set-uid programs and by asking."""
    found = _try(lambda: os.setuid(0), lambda: os.setgroups([0]))
    for command in (["/bin/su", "-c", "id"], ["/usr/bin/newgrp", "root"], ["/usr/bin/sudo", "-n", "id"]):
        with contextlib.suppress(OSError):
            ran = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=5)
            found.append(ran.stdout.decode())
    shell = Path(os.environ["TMPDIR"], "id")
    shell.write_bytes(Path("/usr/bin/id").read_bytes())
    with contextlib.suppress(OSError):
        shell.chmod(0o6755)
        found.append(subprocess.run([str(shell)], capture_output=True, timeout=5).stdout.decode())
    return found


def poison(inputs: Any, host: Any) -> Any:
    """The trusted processes around us, so that the next tenant's call is ours."""
    found = []
    for pid in (1, os.getppid()):
        found += _try(lambda pid=pid: os.pwrite(os.open(f"/proc/{pid}/mem", os.O_RDWR), b"\0" * 64, 0x400000))
        found += _try(
            lambda pid=pid: os.kill(pid, signal.SIGSTOP), lambda pid=pid: os.kill(pid, signal.SIGKILL)
        )
    return found


def refusal_flood(inputs: Any, host: Any) -> Any:
    """Keep the supervisor busy."""
    for _ in range(50_000):
        libc.socket(2, 1, 0)


def leave_files(inputs: Any, host: Any) -> Any:
    """Files in the output that are none."""
    os.chdir(os.environ["OUTPUT"])
    Path("good.txt").write_text("good")
    Path("sub").mkdir()
    Path("sub/also.txt").write_text("also")
    secret = inputs["secret"]
    steps = [
        lambda: os.symlink(secret, "link.txt"),
        lambda: os.symlink("../" * 12 + secret.lstrip("/"), "relative.txt"),
        lambda: os.symlink(str(Path(secret).parent), "folder"),
        lambda: os.symlink("/proc/self/environ", "environment.txt"),
        lambda: Path("twice.txt").write_text("x"),
        lambda: os.link("twice.txt", "again.txt"),
        lambda: os.truncate(Path("sparse").open("wb").fileno(), 1 << 30),
        lambda: Path("a\nb").write_text("x"),
        lambda: Path(".hidden").write_text("x"),
        lambda: os.makedirs("d/d/d/d/d/d/d"),
        lambda: socket.socket(socket.AF_UNIX).bind("socket"),
        lambda: Path("x" * 200).write_text("x"),
    ]
    return _try(*steps)

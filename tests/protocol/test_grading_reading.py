"""What people run all day must go on without asking, however much is distrusted."""

import pytest

from openclaw.protocol.grading import Grade, grade_call
from openclaw.protocol.tools import Exec

READ = r"""
arch
env --chdir=/tmp ls
ifconfig -a
test -f a
read x
command -pv ls
find . -files0-from x
bash -c 'ls' x y
bash -ic ls
bash -O extglob -c 'ls'
bash -c 'echo $0' 'rm a'
time -f rm ls a
env -u rm ls
shopt -p
set -- $x
ls a${x}b
exec ls
read -p 'ok [y/n] ' x
declare -p
unset x
jobs
find . \( -name a -o -name b \) -print
sed -n '1,20p' ./*.txt
env | grep PATH
awk -F: '{print $1}' /etc/passwd
ls //x
sh -x -c ls
ls -la
cat file
git log -n 5
git log --oneline --graph -20
git diff
git diff --stat HEAD~3
git show HEAD
git branch -vv
git worktree list
git config --list
git config user.name
git config --global --get user.email
git blame a.py
git ls-files '*.py'
git log -- *.py
git tag -l 'v*'
git rev-parse --show-toplevel
grep -rn foo src
grep -rn foo .
grep -i todo *.md
rg -n foo src
rg foo
find . -name '*.py'
find src -type f -newer a
wc -l a b
wc -l *.py
head -20 a
tail -n 100 a.log
tail -f a.log
df -h
ps aux | grep python | head -5
find . -name '*.py' | wc -l
find . -name '*.py' | xargs wc -l
ls -la | sort -k5 -n | tail -3
cat a | sort | uniq -c | sort -rn | head
cat a.json | jq '.items[] | .name'
awk '{print $1}' *.txt
date +%F
date -u
date -d yesterday
cd src && ls
set -e; ls
set -euo pipefail; ls | wc -l
set -x
if [ $? -eq 0 ]; then echo ok; fi
[ $# -eq 1 ]
[ -f "$f" ] && echo "$f"
[ -n "$x" ]
[ "$a" = "$b" ]
[[ $x == a* ]]
[[ 1 -eq 1 ]]
for f in *; do echo "${f%.txt}"; done
echo "${x:-none} ${#x} ${x##*/} ${x/a/b} ${x:0:3}"
echo ${a[0]} ${a[@]}
x=$(date); echo "$x"
x='a b'
timeout --signal=KILL -k 5s 10 ls
nice -5 ls
env -i ls
env -u X ls
xargs -0 -n 1 echo
ls | xargs -I% echo %
python3 --version
node -v
npm -v
go version
docker --version
docker ps -a --format '{{.Names}}'
docker logs --tail 50 x
pip list --format=json
pip show -f x
npm ls --depth=0
kubectl get pods -n x -o wide
systemctl status nginx
systemctl list-units --type=service
journalctl -u nginx -n 50 --no-pager
journalctl --since today
dpkg -l
apt list --installed
ss -tlnp
hostname
sysctl -a
export x
read -r a b
local x=1
diff <(ls a) <(ls b)
curl --version
git stash show -p
git rev-parse --git-dir
jq . a
jq -n 'env'
ps aux
column -t a
diff --to-file=a b
cmp a b
od a
openssl version
getconf -a
launchctl print x
git config get x.y
git config list
git config --get-all x.y
git submodule
who am i
getent passwd ann
kubectl logs -f x
ps -ef | grep -v grep | awk '{print $2}'
uname -a; cat /etc/os-release
grep -rn "TODO" --include='*.py' .
lsof -i :8080
git show stash@{0}
"""


@pytest.mark.parametrize("command", READ.strip("\n").split("\n"))
def test_plain_reading_runs_at_once(command: str) -> None:
    assert grade_call("exec", Exec(command=command, cwd="~/project"), home="/home/ann").grade == Grade.READ

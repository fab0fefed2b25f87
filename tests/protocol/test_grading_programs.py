"""Options and places that turn a reading program into another, and what a standing rule must not cover."""

import pytest

from openclaw.protocol.grading import Assessment, Grade, covers, grade_call
from openclaw.protocol.tools import Exec

HOME = "/home/ann"

MODIFY = r"""
python3 version
make version
gzip version
iconv --o=x y
date --s=2020
git stash -a
git stash --all
journalctl --vacuum-size=1K
journalctl --cursor-file=x
journalctl --rotate
journalctl --flush
ss -D f
ss --diag=f
pip list --log f
kubectl get --kubeconfig=x pods
kubectl cluster-info dump --output-directory=x
cargo tree --config x
systemctl status -H u@host
git log *
grep -rh "" ~/
grep -r x /
rg x ~
cd ~; grep -r x .
git clean -n
cat "$f"
cd $x; ls
sort -o/tmp/x a
sort -uo x a
uniq -- a b
uniq a -- b
tee a
tee -a a
dd if=a of=b
ln -s a b
rg --pre=cat x
rg --pre cat x
rg --hostname-bin=x y
fd -x rm
fd -Hx rm
fd --exec=rm
less a
man ls
vim -c '!rm a'
vim -es a
git --paginate log
git -p log
git --git-dir=/tmp/x status
git log --ext-diff
git log --ext
git diff --textconv
git log --show-signature
git log --format=%G?
git cat-file --textconv HEAD:a
git grep -O a
git grep -nOvim a
git grep --open=vim a
git branch list
git branch show
git tag show
git tag list
git branch status
git remote show origin
git remote update
git remote -v update
git submodule update
git foo
git help -w x
git tag -v x
git ls-remote https://x
tar xf a -C /
tar tf a
curl -o x y
curl file:///etc/passwd
wget x
date 0101
date -f x
date -j -f %Y 2020
hostname -F x
ip addr
ip link set eth0 down
top -b -n1
watch ls
script out
diff -r ~ /tmp
file -C -m x
file -m x y
xxd -r a b
xxd -revert a
base64 -o x a
base64 -D -i a -o b
openssl enc -in a -out b
gpg --list-keys
gpg -d a
docker run x
docker -H tcp://x ps
npm ls --prefix /x
npm run x
pip --python ./x list
pip list --python=./x
pip list -o
pip list --proxy=x
cargo metadata
go build
go vet
make -n
make -n -f x
node -p 1
node --eval 1
python -m http.server
python -m json.tool a
unzip a
tar xf a
patch -p1 < a
gawk -e 1 a
python3 /dev/fd/3
lsof -D b/tmp/x
lspci -H1
apropos -C x y
whatis --config-file=x y
dmesg --console-off
dmesg -C
tree -R -H x -L 1 -o y
rg -z foo
sort -T /x a
sort --files0-from=x
sort --compress=x a
tasklist /S host
brew info ./x.rb
brew info a/b/c
brew outdated
npm outdated
yarn --version
cargo --version
apt list -o x=y
apt-cache -c x show y
apt-cache show -c=x y
dpkg -l --log=x
dpkg -l --status-logger=x
systemctl --host=x status
systemctl status --root=/x
systemctl cat -M x
docker ps --context x
docker inspect --foo x
docker logs -x y
kubectl get -f x
kubectl get secret x -o yaml
kubectl get secrets
kubectl get --raw /x
kubectl describe --server=x y
kubectl get pods --token=x
npm ls --userconfig=x
pip freeze -r x
pip show --log=x y
git checkout -b x origin/y
git switch x
git restore --staged a
git gc
git pull --rebase
git diff --no-index a b
git log --out=x
git show --outp x
git notes add
git push https://x/y main
git remote add x https://y
git rebase -i HEAD~2
git commit -m "$(cat x)"
make -f - < x
psql -c 'drop table x'
cat /dev/sda
cat /proc/self/mem
strings /dev/mem
cat ~/.ssh/../.ssh/id_rsa
cd ~/.ssh; cat *
cd ~/.s*; cat *
cd ~ && cat .netrc
grep -r x ~/*
grep -r x ..
grep -R x $HOME
grep -rf x ~
grep -d recurse x ~
grep --recurs x /home
grep --dir=recurse x ~
rg x /
rg -e x ~/
rgrep x ~
head $x
head -c 100 "$f"
base64 $x
jq . "$x"
diff $x /dev/null
kill -l
getent hosts x.example.com
git branch -l new
file -p a
"""

HIGH = r"""
ssh version
sort --o=/home/u/.bashrc /tmp/evil
git config x.y z
git config --global alias.x '!touch'
git rebase -x 'touch a' HEAD~1
git rebase --exec='touch a' HEAD~1
git bisect run touch a
git submodule foreach touch a
git fetch --upload-pack=x
git push --receive-pack=x
git filter-branch --tree-filter x
git difftool -x touch
git -c a.b=c status
git checkout -- .
git checkout .
git restore .
git clean -f
tar --to-c=x -xf a
tar --use-c=x -cf a
tar -I x -cf a
tar -F x -cf a
tar --checkpoint-action=exec=x -cf a
tar -cIf x a
chroot /x ls
parallel rm ::: a
parallel ::: 'rm a'
man -P 'rm a' ls
git --exec-path=/tmp status
git --config-env=a=b status
git difftool
git daemon
git fetch ext::x
git clone https://x --template=y
git archive --remote=x --exec=y
mount
watch rm a
script -c 'rm a'
docker exec x rm a
cp evil .bashrc
tee .profile
mv x .git/hooks/pre-commit
cp -r evil .git
python3 *
git checkout HEAD a
git checkout -- a
git checkout *
git switch -f x
git restore --staged --worktree a
git reset --merge
git gc --prune=now
git pull -s x
git merge --strategy=x y
git clone -c x=y z
git clone -u x y
git init --template=x
git config -e
git config --unset x.y
git config --add x.y z
git config set x.y z
git config --file x y.z
git -C $x status
git -C x $y
git "$x"
git submodule foreach 'rm a'
git stash clear
git reflog expire --all
git svn fetch
git send-email x
git credential fill
curl -K x
rsync -e 'ssh x' a b
split --filter='rm a' x
zip --unzip-command=x a b
sleep 5 & rm a
true > /etc/x
cat > ~/.ssh/config <<E⏎x⏎E
cat a >> ${HOME}/.profile
cat {a[y]}<in
cat {PATH}<in; ls
msg="\`ls\`"
while (( i < 3 )); do ls; done
"""

DANGEROUS = r"""
systemctl start poweroff.target
systemctl isolate reboot.target
systemctl start shutdown.service
systemctl start systemd-poweroff.service
systemctl start power*
loginctl poweroff
systemctl start rebo*.target
systemctl start Reboot.target
systemctl --user start exit.target
systemctl isolate runlevel6.target
cd -P / && rm -rf *
pushd /; rm -rf *
(cd /; rm -rf *)
"""


def judged(command: str) -> Assessment:
    return grade_call("exec", Exec(command=command, cwd="~/project"), home=HOME)


ROWS = [
    (command, grade)
    for table, grade in (
        (MODIFY, Grade.MODIFY),
        (HIGH, Grade.HIGH),
        (DANGEROUS, Grade.DANGEROUS),
    )
    for command in table.strip("\n").split("\n")
]


@pytest.mark.parametrize(("command", "grade"), ROWS)
def test_grade_of_a_line(command: str, grade: Grade) -> None:
    assert judged(command).grade == grade


@pytest.mark.parametrize(
    ("program", "command", "covered"),
    [
        ("git", "git commit -m x", True),
        ("git", "git checkout main", True),
        ("git", "git push origin main", True),
        ("git", "git pull --rebase", True),
        ("git", "git config user.name x", False),
        ("git", "git config core.hooksPath x && git commit -m x", False),
        ("git", "git rebase -x 'touch a' HEAD~1", False),
        ("git", "git bisect run touch a", False),
        ("git", "git submodule foreach touch a", False),
        ("git", "git fetch --upload-pack=x", False),
        ("git", "git push --receive-pack=x", False),
        ("git", "git push --exec=x", False),
        ("git", "git difftool -x touch", False),
        ("git", "git -c alias.x='!touch a' x", False),
        ("git", "git own-alias", False),
        ("git", "git checkout -- .", False),
        ("git", "git restore .", False),
        ("git", "git clean -f", False),
        ("git", "git push https://example.com/x main", False),
        ("git", "git remote add x git@example.com:y", False),
        ("git", "git clone ext::x", False),
        ("git", "git log --ext-diff", False),
        ("git", "git commit -m $x", False),
        ("tar", "tar cf a b", False),
        ("tar", "tar xf a", False),
        ("tar", "tar --to-c=x -xf a", False),
        ("tar", "tar -I x -cf a b", False),
        ("unzip", "unzip a", False),
        ("/home/ann/project/build.sh", "./build.sh", True),
        ("/home/ann/project/build.sh", "sh -c ./build.sh", True),
        ("/home/ann/project/build.sh", "cd sub && ./build.sh", False),
        ("/home/ann/project/build.sh", "pushd sub; ./build.sh", False),
        ("/home/ann/project/build.sh", "env -C sub ./build.sh", False),
        ("/home/ann/project/build.sh", "sh -c 'cd sub && ./build.sh'", False),
        ("/home/ann/project/build.sh", "cd sub && /home/ann/project/build.sh", True),
        ("cp", "cp a .git/hooks/pre-commit", False),
        ("cp", "cp -r a .git", False),
        ("touch", "cd sub && touch a", True),
        ("touch", "env -C sub touch a", False),
        ("touch", "set -a; touch a", False),
    ],
)
def test_what_a_standing_rule_covers(program: str, command: str, covered: bool) -> None:
    assert covers(program, "/home/ann/project", judged(command)) is covered

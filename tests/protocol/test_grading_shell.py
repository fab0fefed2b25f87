"""How a shell can be made to run more than the words of a line show: what must not slip through as reading."""

import pytest

from openclaw.protocol.grading import Assessment, Grade, grade_call
from openclaw.protocol.tools import Exec

HOME = "/home/ann"

MODIFY = r"""
bash version
set -a; : ${GIT_CONFIG_COUNT:=1} ${GIT_CONFIG_KEY_0:=core.fsmonitor} ${GIT_CONFIG_VALUE_0:='touch /tmp/p;:'}; git status
: ${GIT_PAGER=x}; git status
set -a
set -o allexport
set -ea
sed -n p *
x=.ss; cat ~/${x}h/*
find . | xargs cat
./env ls
./sh -c ls
ENV ls
echo "a ${x:=1} ${GIT_PAGER:=y}"; git log
env -C sub ./x
env -i PATH=/tmp ls
ifconfig eth0 down
ifconfig eth0 -arp
time -o x ls
test $x
[ $x ]
[ $x -a b ]
printf -v x a
printf -vx a
printf '%s' $x
read PATH <<< /tmp
read -r PATH < a
mapfile x
ls() { touch x; }; ls
cd() { touch x; }; cd a
function ls { touch a; }; ls
PATH=$PWD:$PATH ls
PATH+=:/tmp; ls
IFS=x; ls
IFS=/ read a b
cat <<'E'⏎${x@P}⏎E
cat <<< "$(touch a)"
cat <(touch a)
ls > >(touch a)
coproc touch a
. ./x
source x
command touch a
builtin touch a
set -o history; set -H
set -H
history -s 'rm a'
!!
!ls
ls >| a
ls &> a
ls &>> a
ls >&a
exec > a
find . -exec cat {} +
find . "$x"
sed -e 'w x' a
sed -n '/x/w out' a
sed '1e touch a' b
sed --in-place s/a/b/ a
sed -ni p a
sed -n p -- -i
sed -s -n p a
sed 's/a/b/;w x' a
awk -f x a
awk -i inplace 1 a
awk 'BEGIN{print > "x"}'
awk '@load "x"' a
awk -v x="$y" 1 a
zsh -c 'ls'
bash -norc ls
bash /dev/fd/3
bash -
nohup sh -c 'touch a'
xargs -I rm cat rm
echo x | xargs -I1 sed -n 1p a
echo x | xargs -J % cp % y
BASH_ENV=x bash -c ls
ENV=x sh -c ls
PROMPT_COMMAND=x
shopt -s expand_aliases
shopt -s extdebug
shopt -so allexport
set -k
set -T
set $x
foo=1 ls
export foo=1
npm_config_x=y npm ls
JQ_COLORS=x jq . a
TERMINFO=x ls
KUBECONFIG=x; kubectl get pods
wait -p x
echo "$(<~/.ssh/id_rsa)"
echo {a,b}$(touch a)
command . x
builtin source x
nohup bash x &
jobs -x rm a
~/x
~root/x
a=b ./x
ls 2>a
ls 2>&1 >a
: > a
>a ls
2>a ls
< a ls > b
command export PATH=/tmp; ls
builtin read PATH < a
command unset PATH
time unset PATH
f() { ls; } > a; f
exec < a; sh
export x=$y
sed -n '1,20p' *.txt
printf "%s\n" "$x"
x=`ls`
"""

HIGH = r"""
echo 'rm -rf ~/x' | sh -v
echo 'x' | python3 -v
echo 'drop table x' | mysql -v
echo x | sh --version
echo x | python3 --version
find . -type f | xargs --max-lines rm cat
find . | xargs --eof rm cat
find . | xargs --replace rm cat
find . | xargs --max-l rm cat
find . | xargs -l rm cat
echo '; touch /tmp/p' | xargs -I% sh -c 'echo %'
echo x | xargs -i sh -c 'echo {}'
x='5 rm -rf'; timeout $x cat ~/Documents
nice -n $x cat a
stdbuf -o $x cat a
exec -a $x cat a
env -u $x cat a
timeout * cat a
timeout -s $x 5 cat a
bash -c 'x="a[\$(touch /tmp/p)]"; [[ $x -eq 1 ]]'
x="a[\$(touch /tmp/p)]"; [[ $x -eq 1 ]]
[[ $x -eq 1 ]]
[[ 1 -lt $x ]]
[ "$x" -ge 3 ]
test $x -eq 1
echo ${b[x]}
bash -c 'echo ${b[x]}'
x="\$(touch /tmp/p)"; echo ${x@P}
x='$(touch /tmp/p)'
x='`touch /tmp/p`'
x='a[$'"(touch p)]"
x=$'a[\x24(touch p)]'
export 'x=$(touch p)'
echo ${x@P}
echo "${x@P}"
declare -i y=x
local -i y=x
declare -n y=x
[ -v "$x" ]
[[ -v $x ]]
test -v "$x"
echo ${x:y}
echo ${!x}
echo $((x))
((x))
let x
echo $[x]
a[x]=1
a=([x]=1)
unset 'a[x]'
unset "$x"
read 'a[x]'
printf -v 'a[x]' y
for ((i=0;i<3;i++)); do ls; done
find . -maxdepth 0 -exec env -u + sh -c 'touch /tmp/p' \;
env --split='touch /tmp/p'
env --split-s='touch /tmp/p'
env -vS 'touch /tmp/p'
arch rm x
arch -arm64 sh
env - sh -c 'rm a'
env -- A=1 sh -c 'rm a'
env -S'rm a'
env -P /tmp ls
xargs -I{} {} a
xargs -Icat cat a
xargs -a x rm
echo a | parallel
echo 'rm a' | parallel
time -p rm a
[[ -v a[x] ]]
[[ a -eq 'b[$(x)]' ]]
[[ $(x) -eq 1 ]]
let x=1
mapfile -C 'rm a' x
readarray -C x y
trap 'ls' EXIT
alias ls=rm
ls() { rm -rf x; }; ls
hash -p /tmp/x ls
{rm,-rf,a}
{r,}m a
$'\x72\x6d' a
cat <<E⏎$(touch a)⏎E
cat <<E⏎${x@P}⏎E
bash <<E⏎ls⏎E
coproc sh; echo 'rm a' >&${COPROC[1]}
coproc sh
builtin eval ls
command -p rm a
enable -f x y
enable -n ls
fc -s
ls <> a
ls {fd}>a
exec {fd}>a
exec 3<>/dev/tcp/1.2.3.4/80
find . -name x -exec ./{} \;
find . -exec sh -c 'echo $1' _ {} \;
find . -ok sh -c 'echo {} +' \;
find . -exec {} +
find -f x -- -delete
awk * a
fish -c 'ls'
csh -c 'ls'
bash -rcfile x -ic ls
bash --rcfile=x -c ls
bash -c "ls; $x"
bash -c "$(cat x)"
bash *
dash -c 'rm a'
busybox sh -c 'rm a'
busybox --install
toybox rm a
setsid -w rm a
setsid --wait rm a
stdbuf -oL rm a
timeout -k 5 10 rm a
timeout --kill-after 5 10 rm a
timeout --kill 5 10 rm a
nice --adj 5 rm a
nice --5 rm a
ionice -c3 -n7 rm a
time -f %e rm a
env -u X -i Y=1 rm a
command -- rm a
exec -cla x rm a
exec -a ls rm a
xargs -d '\n' -a x rm
xargs -P4 -L1 rm
xargs -E x rm
xargs --arg-file=x --delimiter , rm
xargs --foo ls
echo x | xargs git
echo x | xargs env
echo x | xargs python3
echo x | xargs awk
[ "$(cat x)" -gt 1 ]
[[ ${a[x]} == y ]]
x=${y[$(touch a)]}
echo "${x[$y]}"
echo ${x/${y@P}/z}
echo "${x:-${y@P}}"
case ${x@P} in a) ls;; esac
[[ a =~ ${x@P} ]]
echo ${a[@]@P}
echo ${!x@}
echo $((a[0]))
echo $(( $(cat x) ))
x+='$(touch a)'
x=(a '$(touch a)')
declare -a 'x=($(touch a))'
declare "x=$y"
declare $x
typeset -i x
readonly -i x=y
export $(cat .env)
BASH_CMDS[ls]=/tmp/x
BASH_ALIASES[ls]=rm
PS4='$(touch a)'; set -x; ls
arch -x86_64 ls
echo x | psql
echo x | sqlite3 a
echo x | redis-cli
echo x | ed a
echo x | m4
echo x | gdb
echo x | vim -es
ls *(e:'touch a':)
ls =(touch a)
ls !(a)
ls; \
trap - EXIT
command eval ls
time coproc rm a
until rm a; do ls; done
select x in a; do rm a; done
if ! rm a; then ls; fi
[ -f a ] && rm a
ls | while read x; do rm "$x"; done
ls | while read x; do $x; done
f() { $1; }; f ls
f() { "$@"; }; f rm a
"$@"
$0 x
$1
./*
: >> ~/.bashrc
echo x > "$HOME/.bashrc"
echo x > ~/".bashrc"
echo x > ~/.bash''rc
builtin declare -i x=y
builtin declare -i 'x=a[b]'
command export "x=$y"
builtin printf -v 'a[x]' y
builtin test $x -eq 1
ls() { cat a; } > ~/.bashrc; ls
export -n PATH
awk "$x" a
awk -F, "$x" a
echo x > $HOME/.ssh/a
echo ${x:(-1)}
echo $((16#ff))
"""

DANGEROUS = r"""
echo b > /proc/sysrq-trigger
builtin cd /; rm -rf *
env -C / rm -rf home
"""


def judged(command: str, home: str = HOME) -> Assessment:
    return grade_call("exec", Exec(command=command.replace("⏎", "\n"), cwd="~/project"), home=home)


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

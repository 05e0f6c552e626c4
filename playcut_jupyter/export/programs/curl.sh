#!/usr/bin/env bash
# Makes with Playcut what stands in generations(), and saves it in the working folder; nothing there is overwritten.
#
#   export PLAYCUT_API_KEY="pk_live_..."
#   bash playcut.sh
#
# Needs bash, curl, and jq (or else python3) to read JSON. Each run buys anew. A submission is sent once: what may
# have been bought is never sent again by itself. Ends with status 1 if anything failed, and says on stderr what.
# __SANDBOX__ Tried out in the sandbox, whose voices the API does not know: put the id of one of the API's in their place.
set -ufo pipefail

generations() {
    __GENERATIONS__
}

base_url=${PLAYCUT_BASE_URL:-https://api.playcut.ai/api/v1}
base_url=${base_url%/}
key=${PLAYCUT_API_KEY:-}
timeout_s=30
deadline_s=600 # how long a task is waited for in all
poll_s=3       # the pause before a wait that ended early is taken up again
attempts=4

names=() tasks=() count=0 failures=0
session='' problem=''

tell() { printf '%s\n' "$*" >&2; }
die() { tell "$*"; exit 1; }
failed() { tell "$1: $problem"; failures=$((failures + 1)); }

# Text from the network, without control characters and without the key.
plain() { local text=${1//"$key"/***}; printf '%.500s' "$text" | tr -d '\000-\037\177'; }

# field A.B: that text or number of the last answer; of a list, each on a line.
if command -v jq >/dev/null; then
    field() {
        jq -r --arg path "$1" 'getpath($path / ".") | if type == "array" then .[] else . end | strings, numbers' \
            "$work/answer" 2>/dev/null
    }
elif command -v python3 >/dev/null; then
    field() {
        python3 -c 'if True:
            import json, sys
            value = json.load(open(sys.argv[2], encoding="utf-8"))
            for name in sys.argv[1].split("."):
                value = value.get(name)
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, (str, int, float)):
                    sys.stdout.buffer.write(f"{item}\n".encode("utf-8", "replace"))
        ' "$1" "$work/answer" 2>/dev/null
    }
else
    die "jq or python3 is needed to read JSON."
fi

# call TOOL INPUT [SECONDS]: runs a tool once; its answer is read with field. A 429 is no run: its Retry-After is
# waited for. Returns 1 if the API refused it, 2 if there was no usable answer; $problem tells which.
call() {
    local tool=$1 input=$2 limit_s=${3:-$timeout_s} patience_s=$deadline_s status pause_s words
    while :; do
        : >"$work/answer"
        # The key goes in by a file, for the arguments of a program are seen by everybody on the machine. Neither
        # retries nor redirects, whatever ~/.curlrc says: a submission that was sent twice is paid for twice.
        status=$(printf '%s' "$input" | curl --silent --globoff --retry 0 --no-location --max-time "$limit_s" \
            --output "$work/answer" --dump-header "$work/headers" --write-out '%{http_code}' --data-binary @- \
            --header @<(printf 'Authorization: Bearer %s\n' "$key") --header 'Content-Type: application/json' \
            "$base_url/tools/$tool/execute") || { problem="$tool: no answer (curl status $?)."; return 2; }
        [ "$status" = 429 ] || break
        pause_s=$(awk 'tolower($1) == "retry-after:" && int($2) > 0 && int($2) < 99999999 { print int($2); exit }' \
            "$work/headers")
        pause_s=${pause_s:-10}
        patience_s=$((patience_s - pause_s))
        if [ "$patience_s" -lt 0 ]; then
            problem="$tool: the rate limit is reached; try again in $pause_s s."
            return 1
        fi
        tell "The rate limit is reached: going on in $pause_s s."
        sleep "$pause_s"
    done
    case $status in 2??) return 0 ;; esac
    words=$(field message)
    problem="$tool: HTTP status $status: $(plain "${words:-no reason was given}")"
    case $status in 5??) return 2 ;; esac
    return 1
}

# call_again TOOL INPUT: runs a tool that buys nothing, some more times if its answer is lost.
call_again() {
    local attempt result
    for ((attempt = 1; ; attempt++)); do
        call "$1" "$2"
        result=$?
        [ "$result" = 2 ] && [ "$attempt" -lt "$attempts" ] || return "$result"
        tell "$problem Asking again."
        sleep "$attempt"
    done
}

# is_id TEXT: whether it can be put between the quotes of JSON as it is.
is_id() { [[ $1 =~ ^[[:graph:]]{1,200}$ && $1 != *[\"\\]* ]]; }

start_session() {
    call_again create-session '{"title": "Exported program"}' || die "$problem"
    session=$(field data.sessionId)
    is_id "$session" || die "create-session: the answer names no session."
}

# submit NAME TOOL INPUT: buys a generation.
submit() {
    local uncertain='It may have been bought or not, so it was not sent again.' task
    count=$((count + 1))
    call "$2" "$3"
    case $? in
        1) failed "$1"; return ;;
        2) problem="$problem $uncertain"; failed "$1"; return ;;
    esac
    task=$(field data.taskId)
    is_id "$task" || { problem="$2: the answer names no task. $uncertain"; failed "$1"; return; }
    names+=("$1") tasks+=("$task")
    tell "$1: task $task, estimated credits: $(plain "$(field data.estimatedCredits)")"
}

# wait_for TASK: waits until a task is over; its assets' ids are left in $assets.
wait_for() {
    local ends_at=$((SECONDS + deadline_s)) status code words
    while [ "$SECONDS" -lt "$ends_at" ]; do
        status=
        call wait-for-task '{"taskId": "'"$1"'"}' $((ends_at - SECONDS))
        case $? in
            0) status=$(field data.status | tr '[:lower:]' '[:upper:]') ;;
            1) return 1 ;;
            *) tell "$problem Waiting again." ;;
        esac
        case $status in
            COMPLETED)
                assets=$(field data.output.assetIds)
                [ -n "$assets" ] && return
                problem='The task is completed, and names no assets.'
                return 1
                ;;
            FAILED)
                code=$(field data.error.code) words=$(field data.error.message)
                problem="The task failed: $(plain "${code:+$code: }${words:-no reason was given}")"
                return 1
                ;;
        esac
        sleep "$poll_s"
    done
    problem="Not done within $deadline_s s; it may still complete."
    return 1
}

# fetch ASSET: leaves its bytes in $work/asset, each attempt from a newly signed URL, which is a secret: it goes to
# curl by a file and is never printed. The key is not sent there.
fetch() {
    local attempt url said
    is_id "$1" || { problem="The asset's id can't be used."; return 1; }
    for ((attempt = 0; attempt < attempts; attempt++)); do
        sleep "$attempt"
        call_again download-asset '{"assetId": "'"$1"'"}' || return
        url=$(field data.url)
        : >"$work/asset"
        if [[ $url != http*://* || $url == *[\"\\[:space:]]* ]]; then
            problem="Asset $1 can't be fetched: its address is no http(s) URL."
            continue
        fi
        said=$(curl --silent --globoff --fail --location --max-redirs 5 --proto '=http,https' --proto-redir '=http,https' \
            --output "$work/asset" --retry 0 --connect-timeout "$timeout_s" --speed-limit 1 --speed-time "$timeout_s" \
            --write-out 'HTTP status %{http_code}, %{size_download} bytes of %{content_type}' \
            --config <(printf 'url = "%s"\n' "$url")) && [ -s "$work/asset" ] && [[ $said != *html* && $said != *xml* ]] &&
            return
        problem="Asset $1 can't be fetched: $(plain "$said")."
    done
    return 1
}

# save NAME: writes $work/asset to a new file; a name that is taken gets a number, and the server's is not used.
save() {
    local ending path number=1
    case $(head -c 12 "$work/asset" | od -An -v -tx1 | tr -d ' \n') in
        89504e47*) ending=.png ;;
        ffd8ff*) ending=.jpg ;;
        47494638*) ending=.gif ;;
        52494646????????57454250*) ending=.webp ;;
        52494646????????57415645*) ending=.wav ;;
        494433* | fff[23ab]*) ending=.mp3 ;;
        4f676753*) ending=.ogg ;;
        664c6143*) ending=.flac ;;
        ????????6674797061766966*) ending=.avif ;;
        ????????667479704d3441*) ending=.m4a ;;
        ????????66747970*) ending=.mp4 ;;
        1a45dfa3*) ending=.webm ;;
        *) ending=.bin ;;
    esac
    path=$1$ending
    until (set -o noclobber && : >"$path") 2>/dev/null; do
        [ -e "$path" ] || [ -L "$path" ] || { problem="$path can't be written."; return 1; }
        number=$((number + 1))
        path=$1-$number$ending
    done
    cat "$work/asset" >"$path" || { problem="$path can't be written."; return 1; }
    printf '%s\n' "$path"
}

# collect NAME TASK: waits for a task and saves what it brings.
collect() {
    local assets asset
    wait_for "$2" || return
    for asset in $assets; do
        fetch "$asset" && save "$1" || return
    done
}

[[ $key =~ ^[[:graph:]]+$ ]] || die "Set PLAYCUT_API_KEY to your key (app.playcut.ai/settings/api)."
safe_url='^(https://[^@[:space:]]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/[^@[:space:]]*)?)$'
[[ $base_url =~ $safe_url ]] || die "PLAYCUT_BASE_URL is no https address; over plain http the key would be seen."
work=$(mktemp -d) || die "There is no place for temporary files."
trap 'rm -rf "$work"' EXIT

generations
for ((index = 0; index < ${#tasks[@]}; index++)); do
    collect "${names[index]}" "${tasks[index]}" && continue
    problem="$problem (task ${tasks[index]})"
    failed "${names[index]}"
done
[ "$failures" = 0 ] || die "$failures of $count failed."

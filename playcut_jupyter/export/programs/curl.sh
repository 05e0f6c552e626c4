#!/usr/bin/env bash
# Generates with Playcut what generations() lists, and saves the files in the working folder; overwrites nothing.
#
#   export PLAYCUT_API_KEY="pk_live_..."
#   bash playcut.sh
#
# Needs bash, curl, and jq or python3 to read JSON. Each run generates, and pays, again. A submission is sent once: one
# that may have been bought is not retried. Failures are reported on stderr, and the exit status is then 1.
# __SANDBOX__ Tried out in the sandbox, whose voices the API does not have: replace their ids with the API's.
set -ufo pipefail

generations() {
    __GENERATIONS__
}

# setting NAME: prints an environment variable without the blanks and quotes around it.
setting() {
    local value=${!1:-}
    value=${value#"${value%%[![:space:]\"\']*}"}
    printf '%s' "${value%"${value##*[![:space:]\"\']}"}"
}

base_url=$(setting PLAYCUT_BASE_URL)
base_url=${base_url:-https://api.playcut.ai/api/v1}
base_url=${base_url%/}
key=$(setting PLAYCUT_API_KEY)
timeout_s=30
deadline_s=600 # the longest wait for a task
poll_s=3       # the pause before a wait that ended early is retried
attempts=4

# What curl reads itself. It takes no proxy from HTTP_PROXY, networks in NO_PROXY only from version 7.86, and never `*.`.
for name in https_proxy HTTPS_PROXY all_proxy ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR; do
    [ -z "${!name+set}" ] || export "$name=$(setting "$name")"
done
no_proxy=$(setting no_proxy)
no_proxy=${no_proxy:-$(setting NO_PROXY)}
[ "$no_proxy" = '*' ] || no_proxy="${no_proxy//\*./.},localhost,127.0.0.1,::1"
export no_proxy
# curl leaves SSL_CERT_FILE out where SSL_CERT_DIR is set as well.
[ -n "${CURL_CA_BUNDLE:-}" ] || [ -z "${SSL_CERT_FILE:-}" ] || export CURL_CA_BUNDLE=$SSL_CERT_FILE

names=() tasks=() count=0 failures=0
session='' problem=''

# say TEXT: prints a line. Where nobody can read it (a closed pipe, a full disk), the work goes on all the same.
say() { printf '%s\n' "$*" 2>/dev/null || :; }
log() { say "$*" >&2; }
die() { log "$*"; exit 1; }
failed() { log "$1: $problem"; failures=$((failures + 1)); }

# Text from the network, without control characters and without the key.
plain() { local text=${1//"$key"/***}; printf '%.500s' "$text" | tr -d '\000-\037\177'; }

# field A.B: prints the text or number at that path of the last answer; the items of a list on separate lines.
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

# call TOOL INPUT [SECONDS]: executes a tool once; `field` then reads its answer. After a 429, waits for its Retry-After
# and sends again. Returns 1 if the API refused, 2 if there was no usable answer; $problem is the message.
call() {
    local tool=$1 input=$2 limit_s=${3:-$timeout_s} wait_left_s=$deadline_s status pause_s message
    while :; do
        : >"$work/answer"
        # The key is passed in a file, because every user of the machine can see a program's arguments. No retries and
        # no redirects, whatever ~/.curlrc says, because a submission that is sent twice is paid twice.
        status=$(printf '%s' "$input" 2>/dev/null | curl --silent --globoff --retry 0 --no-location --max-time "$limit_s" \
            --output "$work/answer" --dump-header "$work/headers" --write-out '%{http_code}' --data-binary @- \
            --header @<(printf 'Authorization: Bearer %s\n' "$key") --header 'Content-Type: application/json' \
            "$base_url/tools/$tool/execute") || { problem="$tool: no answer (curl status $?)."; return 2; }
        [ "$status" = 429 ] || break
        pause_s=$(awk 'tolower($1) == "retry-after:" && int($2) > 0 && int($2) < 99999999 { print int($2); exit }' \
            "$work/headers")
        pause_s=${pause_s:-10}
        wait_left_s=$((wait_left_s - pause_s))
        if [ "$wait_left_s" -lt 0 ]; then
            problem="$tool: the rate limit is reached; try again in $pause_s s."
            return 1
        fi
        log "The rate limit is reached: continuing in $pause_s s."
        sleep "$pause_s"
    done
    case $status in 2??) return 0 ;; esac
    message=$(field message)
    problem="$tool: HTTP status $status: $(plain "${message:-no reason was given}")"
    case $status in 5??) return 2 ;; esac
    return 1
}

# call_with_retries TOOL INPUT: executes a tool that buys nothing, with retries if its answer is lost.
call_with_retries() {
    local attempt result
    for ((attempt = 1; ; attempt++)); do
        call "$1" "$2"
        result=$?
        [ "$result" = 2 ] && [ "$attempt" -lt "$attempts" ] || return "$result"
        log "$problem Retrying."
        sleep "$attempt"
    done
}

# is_id TEXT: true if it can be put into a JSON string without escapes.
is_id() { [[ $1 =~ ^[[:graph:]]{1,200}$ && $1 != *[\"\\]* ]]; }

start_session() {
    call_with_retries create-session '{"title": "Exported program"}' || die "$problem"
    session=$(field data.sessionId)
    is_id "$session" || die "create-session: the answer names no session."
}

# submit NAME TOOL INPUT: submits a generation once.
submit() {
    local uncertain='It may or may not have been bought, so it was not sent again.' task
    count=$((count + 1))
    call "$2" "$3"
    case $? in
        1) failed "$1"; return ;;
        2) problem="$problem $uncertain"; failed "$1"; return ;;
    esac
    task=$(field data.taskId)
    is_id "$task" || { problem="$2: the answer names no task. $uncertain"; failed "$1"; return; }
    names+=("$1") tasks+=("$task")
    log "$1: task $task, estimated credits: $(plain "$(field data.estimatedCredits)")"
}

# wait_for TASK: waits until a task ends, and sets $assets to its asset ids.
wait_for() {
    local ends_at=$((SECONDS + deadline_s)) status code message
    while [ "$SECONDS" -lt "$ends_at" ]; do
        status=
        call wait-for-task '{"taskId": "'"$1"'"}' $((ends_at - SECONDS))
        case $? in
            0) status=$(field data.status | tr '[:lower:]' '[:upper:]') ;;
            1) return 1 ;;
            *) log "$problem Retrying." ;;
        esac
        case $status in
            COMPLETED)
                assets=$(field data.output.assetIds)
                [ -n "$assets" ] && return
                problem='The task is completed, but names no assets.'
                return 1
                ;;
            FAILED)
                code=$(field data.error.code) message=$(field data.error.message)
                problem="The task failed: $(plain "${code:+$code: }${message:-no reason was given}")"
                return 1
                ;;
        esac
        sleep "$poll_s"
    done
    problem="Not done within $deadline_s s; it may still complete."
    return 1
}

# fetch ASSET: downloads it to $work/asset; each attempt uses a newly signed URL. The URL is a secret: it is passed to
# curl in a file and never printed. The key is not sent to storage.
fetch() {
    local attempt url outcome
    is_id "$1" || { problem="The asset's id can't be used."; return 1; }
    for ((attempt = 0; attempt < attempts; attempt++)); do
        sleep "$attempt"
        call_with_retries download-asset '{"assetId": "'"$1"'"}' || return
        url=$(field data.url)
        : >"$work/asset"
        if [[ $url != http*://* || $url == *[\"\\[:space:]]* ]]; then
            problem="Asset $1 can't be fetched: its URL is not http(s)."
            continue
        fi
        outcome=$(curl --silent --globoff --fail --location --max-redirs 5 --proto '=http,https' \
            --proto-redir '=http,https' --output "$work/asset" --retry 0 --connect-timeout "$timeout_s" \
            --speed-limit 1 --speed-time "$timeout_s" \
            --write-out 'HTTP status %{http_code}, %{size_download} bytes of %{content_type}' \
            --config <(printf 'url = "%s"\n' "$url")) && [ -s "$work/asset" ] &&
            [[ $outcome != *html* && $outcome != *xml* ]] && return
        problem="Asset $1 can't be fetched: $(plain "$outcome")."
    done
    return 1
}

# save NAME: writes $work/asset to a new file, numbered if the name exists; the server's file name is not used.
save() {
    local extension path number=1
    case $(head -c 12 "$work/asset" | od -An -v -tx1 | tr -d ' \n') in
        89504e47*) extension=.png ;;
        ffd8ff*) extension=.jpg ;;
        47494638*) extension=.gif ;;
        52494646????????57454250*) extension=.webp ;;
        52494646????????57415645*) extension=.wav ;;
        494433* | fff[23ab]*) extension=.mp3 ;;
        4f676753*) extension=.ogg ;;
        664c6143*) extension=.flac ;;
        ????????6674797061766966*) extension=.avif ;;
        ????????667479704d3441*) extension=.m4a ;;
        ????????66747970*) extension=.mp4 ;;
        1a45dfa3*) extension=.webm ;;
        *) extension=.bin ;;
    esac
    path=$1$extension
    until (set -o noclobber && : >"$path") 2>/dev/null; do
        [ -e "$path" ] || [ -L "$path" ] || { problem="$path can't be written."; return 1; }
        number=$((number + 1))
        path=$1-$number$extension
    done
    cat "$work/asset" >"$path" || { problem="$path can't be written."; return 1; }
    say "$path"
}

# collect NAME TASK: waits for a task and saves its assets.
collect() {
    local assets asset
    wait_for "$2" || return
    for asset in $assets; do
        fetch "$asset" && save "$1" || return
    done
}

[[ $key =~ ^[[:graph:]]+$ ]] || die "Set PLAYCUT_API_KEY to your key (app.playcut.ai/settings/api)."
safe_url='^(https://[^@[:space:]]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/[^@[:space:]]*)?)$'
[[ $base_url =~ $safe_url ]] || die "PLAYCUT_BASE_URL is not an https address; plain http would expose the key."
work=$(mktemp -d) || die "A temporary folder can't be created."
trap 'rm -rf "$work"' EXIT
trap '' PIPE

generations
for ((index = 0; index < ${#tasks[@]}; index++)); do
    collect "${names[index]}" "${tasks[index]}" && continue
    problem="$problem (task ${tasks[index]})"
    failed "${names[index]}"
done
[ "$failures" = 0 ] || die "$failures of $count failed."

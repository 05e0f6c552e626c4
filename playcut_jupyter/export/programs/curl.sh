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
pause_s=1      # pauses before other retries grow by this
max_pause_s=120 # a longer Retry-After is not waited for
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
session='' problem='' after=''
# A word that ends a task without a result, in a state that the API does not document.
ended='(CANCELL?|EXPIR|REJECT|ABORT|TERMINAT|DENI|REFUS|BLOCK|DELET|REMOV|KILL|STOPP)ED|FAIL|ERROR|TIMED?_?OUT'

# What media begin with, in hex: an extension and a pattern; the first that fits counts. Others become `.bin`.
types=(
    .png '89504e470d0a1a0a'  .jpg 'ffd8ff'  .gif '474946383[79]61'  .webp '52494646.{8}57454250'
    .tiff '49492[ab]00|4d4d002[ab]'
    .avif '.{8}66747970(617669(66|73|6f)|(6d69663[12]|6d696166|6d736631|4d41314[12]).{8}(.{8}){0,9}617669(66|73|6f))'
    .heic '.{8}66747970(686569(63|78|6d|73)|(6d69663[12]|6d696166|6d736631).{8}(.{8}){0,9}686569(63|78|6d|73))'
    .heics '.{8}66747970686576(63|78|6d|73)'  .heif '.{8}66747970(6d69663[12]|6d696166)'  .heifs '.{8}667479706d736631'
    .jxl 'ff0a|0000000c4a584c20'  .jp2 '0000000c6a502020|ff4fff51'  .bmp '424d.{24}(0c|28|34|38|40|6c|7c)000000'
    .wav '52(494646|463634|494658).{8}57415645'  .aiff '464f524d.{8}4149464[36]'  .flac '664c6143'
    .ogv '4f676753.{0,300}807468656f7261'  .ogg '4f676753'  .webm '1a45dfa3.{0,120}42828.7765626d'  .mkv '1a45dfa3'
    .avi '52494646.{8}41564920'  .mpg '000001b[a3]'  .pdf '255044462d'  .zip '504b0(304|506)'  .glb '676c5446'
    .aac 'fff[0189]'  .mp2 'ff(e[45]|f[45cd])[1-e][0-b]'  .mp3 'ff(e[23]|f[23ab])[1-e][0-b]'
)

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

# retry_after HEADERS: prints the seconds of a Retry-After, if there is one.
retry_after() {
    awk 'tolower($1) == "retry-after:" && $2 ~ /^[0-9]+\r?$/ && $2 + 0 < 99999999 { print int($2); exit }' "$1"
}

# undo_codings FILE HEADERS: undoes the content codings of a body; one that is named but not there is none.
undo_codings() {
    local names name
    grep -qi '^content-encoding:' "$2" || return 0
    names=$(awk 'tolower($1) ~ /^http\// { names = "" } tolower($1) == "content-encoding:" { $1 = ""; names = $0 "," names }
        END { print tolower(names) }' "$2" | tr -d ' \r"')
    while [ -n "$names" ]; do
        name=${names##*,} names=${names%"$name"} names=${names%,}
        [[ $name == *gzip* && $(head -c 2 "$1" | od -An -v -tx1 | tr -d ' \n') == 1f8b ]] || continue
        gzip -dc <"$1" >"$1.undone" 2>/dev/null && mv "$1.undone" "$1" || return
    done
}

# call TOOL INPUT [SECONDS]: executes a tool once; `field` then reads its answer. After a 429, waits for its Retry-After
# and sends again. Returns 1 if the API refused, 2 if there was no usable answer, 3 if something in front of the API
# answered, which then did not take it; $problem is the message, $after the seconds of a Retry-After.
call() {
    local tool=$1 input=$2 limit_s=${3:-$timeout_s} wait_left_s=$deadline_s refusals=0 status wait_s message
    while :; do
        : >"$work/answer"
        after=
        # The key is passed in a file, because every user of the machine can see a program's arguments. No retries and
        # no redirects, whatever ~/.curlrc says, because a submission that is sent twice is paid twice.
        status=$(printf '%s' "$input" 2>/dev/null | curl --silent --globoff --retry 0 --no-location --max-time "$limit_s" \
            --output "$work/answer" --dump-header "$work/headers" --write-out '%{http_code}' --data-binary @- \
            --header @<(printf 'Authorization: Bearer %s\n' "$key") --header 'Content-Type: application/json' \
            "$base_url/tools/$tool/execute") || { problem="$tool: no answer (curl status $?)."; return 2; }
        undo_codings "$work/answer" "$work/headers" || { problem="$tool: the answer can't be decoded."; return 2; }
        case $status in 2??) return 0 ;; esac
        after=$(retry_after "$work/headers")
        message=$(field message)
        message=$(plain "${message:-no reason was given}")
        [ "$status" = 429 ] || break
        wait_s=$after
        [ -n "$after" ] || { refusals=$((refusals + 1)) wait_s=$((pause_s * 2 ** refusals)); }
        [ "$refusals" -lt "$attempts" ] || { problem="$tool: HTTP status 429: $message"; return 1; }
        [ "$wait_s" != 0 ] || [ "$pause_s" = 0 ] || wait_s=1
        wait_left_s=$((wait_left_s - wait_s))
        if [ "$wait_left_s" -lt 0 ] || [ "$wait_s" -gt "$max_pause_s" ]; then
            problem="$tool: the rate limit is reached; try again in $wait_s s."
            return 1
        fi
        [ "$refusals" = 0 ] && message='The rate limit is reached'
        log "$message: continuing in $wait_s s."
        sleep "$wait_s"
    done
    problem="$tool: HTTP status $status: $message"
    case $status in
        3??)
            problem="$problem: $base_url redirects$(redirect_host). Nothing was bought; see PLAYCUT_BASE_URL."
            return 3
            ;;
        511) ;;
        5??) return 2 ;;
        *) [ -z "$(field message)$(field statusCode)$(field error)" ] || return 1 ;;
    esac
    problem="$problem: not the API but a gateway answered, or PLAYCUT_BASE_URL ($base_url) is wrong."
    return 3
}

# redirect_host: prints the host that the last answer redirects to.
redirect_host() {
    local host
    host=$(awk 'tolower($1) == "location:" { print $2; exit }' "$work/headers" | tr -d '\r')
    [[ $host =~ ^[a-z]*:?//([^/?#]*@)?([^/?#@]+) ]] && plain " to ${BASH_REMATCH[2]}"
}

# call_with_retries TOOL INPUT [END]: executes a tool that buys nothing, again if its answer is lost: a few times, or
# until $SECONDS is END.
call_with_retries() {
    local attempt result
    for ((attempt = 1; ; attempt++)); do
        call "$1" "$2"
        result=$?
        [ "$result" -lt 2 ] && return "$result"
        [ -n "${3:-}" ] || { [ "$result" = 2 ] && [ "$attempt" -lt "$attempts" ]; } || return "$result"
        pause "$attempt" "${3:-}" || return "$result"
    done
}

# pause ATTEMPT [END]: waits before another attempt; returns 1 if there is no time for one.
pause() {
    [ "${after:-0}" -le "$max_pause_s" ] || return
    [ -z "${2:-}" ] || [ "$SECONDS" -lt "$2" ] || return
    log "$problem Retrying."
    sleep "${after:-$((pause_s * ($1 < 5 ? $1 : 5)))}"
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
        1 | 3) failed "$1"; return ;;
        2) problem="$problem $uncertain"; failed "$1"; return ;;
    esac
    task=$(field data.taskId)
    is_id "$task" || { problem="$2: the answer names no task. $uncertain"; failed "$1"; return; }
    names+=("$1") tasks+=("$task")
    log "$1: task $task, estimated credits: $(plain "$(field data.estimatedCredits)")"
}

# wait_for TASK: waits until a task ends, and sets $assets to its asset ids. What the API does not document is judged by
# its shape: assets are a result, an error is a failure.
wait_for() {
    local ends_at=$((SECONDS + deadline_s)) status state='' told
    while [ "$SECONDS" -lt "$ends_at" ]; do
        status='' after=''
        call wait-for-task '{"taskId": "'"$1"'"}' $((ends_at - SECONDS))
        case $? in
            0) status=$(field data.status | tr '[:lower:]' '[:upper:]') state=" Its last state is $(plain "$status")." ;;
            1) return 1 ;;
            *)
                [ "${after:-0}" -le "$max_pause_s" ] || return 1
                log "$problem Retrying."
                ;;
        esac
        case $status in
            '') ;;
            *)
                assets=$(field data.output.assetIds)
                [ -n "$assets" ] && [ "$status" != PENDING ] && [ "$status" != PROCESSING ] && return
                told=$(field data.error) told=${told:-$(field data.error.code; field data.error.message)}
                told=$(plain "${told//$'\n'/: }")
                if [ "$status" = FAILED ] || [ -n "$told" ] || [[ $status =~ $ended ]]; then
                    problem="The task ended as $(plain "$status"): ${told:-no reason was given}"
                    [ "$status" = FAILED ] && problem="The task failed: ${told:-no reason was given}"
                    return 1
                fi
                [ "$status" = COMPLETED ] && problem='The task is completed, but names no assets.' && return 1
                ;;
        esac
        [ "${after:-0}" = 0 ] && after=$poll_s
        sleep "$after"
    done
    problem="Not done within $deadline_s s; it may still complete.$state"
    return 1
}

# fetch ASSET NAME: downloads it to $work/asset; each attempt uses a newly signed URL. The URL is a secret: it is passed
# to curl in a file and never printed. The key is not sent to storage. What came whole is kept, whatever it is, but not
# text in place of media; what its type does not fit is fetched once more.
fetch() {
    local ends_at=$((SECONDS + deadline_s)) attempt others=0 url outcome result
    is_id "$1" || { problem="The asset's id can't be used."; return 1; }
    : >"$work/last"
    for ((attempt = 1; ; attempt++)); do
        call_with_retries download-asset '{"assetId": "'"$1"'"}' "$ends_at" || return
        url=$(field data.url)
        : >"$work/asset"
        : >"$work/headers"
        result=1 outcome="its URL is not http(s)."
        if [[ $url == http*://* && $url != *[\"\\[:space:]]* ]]; then
            outcome=$(curl --silent --globoff --fail --location --max-redirs 5 --proto '=http,https' \
                --proto-redir '=http,https' --output "$work/asset" --dump-header "$work/headers" --retry 0 \
                --connect-timeout "$timeout_s" --speed-limit 1 --speed-time "$timeout_s" \
                --write-out 'HTTP status %{http_code}, %{size_download} bytes of %{content_type}' \
                --config <(printf 'url = "%s"\n' "$url"))
            result=$?
        fi
        after=$(retry_after "$work/headers")
        if [ "$result" = 0 ]; then
            result=1
            if undo_codings "$work/asset" "$work/headers" && [ -s "$work/asset" ]; then
                extension=$(extension_of "$work/asset")
                [[ $extension == .bin && $2 =~ ^playcut-(image|video|speech) ]] || return 0
                [[ $outcome == *image/svg+xml* ]] && return
                if ! is_text "$work/asset"; then
                    [[ ! $outcome =~ \ (image|audio|video)/ ]] && return
                    cmp -s "$work/asset" "$work/last" && return
                    cp "$work/asset" "$work/last"
                fi
            fi
        fi
        problem="Asset $1 can't be fetched: $(plain "$outcome")."
        # The storage may be in trouble for a while; other failures are not mended by time.
        case $result:$outcome in
            [5-7]:* | 18:* | 28:* | 35:* | 5[256]:* | 22:HTTP\ status\ 5* | 22:HTTP\ status\ 4[02][859],*) ;;
            *) others=$((others + 1)) ;;
        esac
        [ "$others" -lt "$attempts" ] && pause "$attempt" "$ends_at" && continue
        # What came whole is kept although no other attempt confirmed it.
        [ -s "$work/last" ] && mv "$work/last" "$work/asset" && extension=.bin
        return
    done
}

# is_text FILE: true for a page or a sentence: bytes without control characters, most of them ASCII.
is_text() {
    local size controls ascii
    size=$(head -c 4096 "$1" | wc -c)
    controls=$(head -c 4096 "$1" | LC_ALL=C tr -d '\011-\015\040-\377' | wc -c)
    ascii=$(head -c 4096 "$1" | LC_ALL=C tr -d '\177-\377' | wc -c)
    [ "$controls" -eq 0 ] && [ $((5 * ascii)) -ge $((4 * size)) ]
}

# extension_of FILE: prints the extension for a file, by its content; the server's file names are not used. Does not see
# an MP3 behind anything but tags and zeros, nor that the only picture of an MP4 is the cover of its sound.
extension_of() {
    local hex start=0 index tracks
    while :; do
        hex=$(tail -c "+$((start + 1))" "$1" 2>/dev/null | head -c 6000 | od -An -v -tx1 | tr -d ' \n')
        [[ $hex =~ ^494433.{4}(..)([0-7].)([0-7].)([0-7].)([0-7].) ]] || break
        start=$((start + 10 + (16#${BASH_REMATCH[2]} << 21 | 16#${BASH_REMATCH[3]} << 14 | 16#${BASH_REMATCH[4]} << 7)))
        start=$((start + 16#${BASH_REMATCH[5]} + (16#${BASH_REMATCH[1]} & 16 ? 10 : 0)))
    done
    [[ ($start != 0 || $hex =~ ^(00)+ff[ef]) && $hex =~ ^(00)+ ]] && hex=${hex:${#BASH_REMATCH[0]}}
    for ((index = 0; index < ${#types[@]}; index += 2)); do
        [[ $hex =~ ^(${types[index + 1]}) ]] || continue
        tracks=${hex#*1654ae6b} tracks=${tracks%%1f43b675*}
        case ${types[index]}:$tracks in
            .webm:*838101* | .mkv:*838101*) printf '%s' "${types[index]}" ;;
            .webm:*838102*) printf .weba ;;
            .mkv:*838102*) printf .mka ;;
            *) printf '%s' "${types[index]}" ;;
        esac
        return
    done
    # MP4 and its relatives begin with any box.
    tracks=
    [[ $hex =~ ^[01].{7}([2-7].|a9){4} ]] && tracks=$(LC_ALL=C tr -d '\000' <"$1" |
        LC_ALL=C grep -aoE 'ftyp(qt  |M4[ABP] )?|moov.{0,4}mvhd|hdlr(mhlr)?(soun|vide)')
    if [ -z "$tracks" ]; then
        [ "$start" = 0 ] && printf .bin || printf .mp3
    elif [[ $tracks == *soun* && ($tracks == *ftypM4* || $tracks != *vide*) ||
        $tracks == *ftypM4* && $tracks != *vide* ]]; then
        printf .m4a
    elif [[ $tracks != *ftyp* || $tracks == *'ftypqt  '* ]]; then
        printf .mov
    else
        printf .mp4
    fi
}

# save NAME: writes $work/asset to a new file with $extension, numbered if the name exists.
save() {
    local path=$1$extension number=1
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
    local assets asset extension
    wait_for "$2" || return
    for asset in $assets; do
        fetch "$asset" "$1" && save "$1" || return
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

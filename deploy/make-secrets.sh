#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, once; what is there already is never replaced.
# The folder is closed to others. Its files are readable by all, because each container reads only those mounted into
# it, as a user of its own that the host doesn't know.
set -eu
cd "$(dirname "$0")/.."
mkdir -p secrets
chmod 700 secrets
cd secrets

keep() {  # keep NAME VALUE
    [ -e "$1" ] || printf '%s' "$2" > "$1"
    chmod 644 "$1"
}
word() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

keep postgres_password "$(word)"
keep database_admin_url "postgresql://steward_admin:$(cat postgres_password)@postgres:5432/postgres"
keep database_url "postgresql://steward:$(word)@postgres:5432/steward"
keep redis_password "$(word)"
keep redis_url "redis://:$(cat redis_password)@valkey:6379/0"
keep valkey_conf "requirepass $(cat redis_password)
appendonly no
save \"\"
maxmemory 256mb
maxmemory-policy noeviction
"
keep encryption_key "$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
# Empty until you change the key, or let a paid model answer: the README says how.
keep encryption_key_old ""
keep audit_key ""
keep anthropic_api_key ""
keep slack_bot_token ""
keep slack_app_token ""
keep google_client_secret ""

for name in slack_bot_token slack_app_token google_client_secret; do
    [ -s "$name" ] || echo "Write your own into secrets/$name."
done

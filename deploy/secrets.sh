#!/bin/sh
# Makes the secrets of an installation, one a file: `sh deploy/secrets.sh FOLDER [DATABASE]`. What is there is kept.
#
# DATABASE is where PostgreSQL is, as in DATABASE_URL behind the password: 'db.example.fi/heka?sslmode=verify-full'.
# Without it the URLs are those of deploy/compose.yaml. docs/deploying.md says what is to be added by hand.
set -eu
umask 077
folder=$1 database=${2:-}
mkdir -p "$folder"
cd "$folder"

make() {
    [ -e "$1" ] || cat > "$1"
    chmod 444 "$1" # within a folder that only its owner may enter
}

for name in secret_key encryption_keys index_keys record_keys metrics_token \
    superuser_password owner_password service_password; do
    openssl rand -hex 32 | make "$name"
done
owner=$(cat owner_password) service=$(cat service_password)
echo "postgres://heka_owner:$owner@${database:-%2Frun%2Fpostgresql/heka}" | make owner_url
echo "postgres://heka_service:$service@${database:-%2Frun%2Fpgbouncer:6432/heka}" | make database_url
echo "\"heka_service\" \"$service\"" | make pooler_users
for name in email_url identity_keys.json; do
    [ -e "$name" ] || echo "Still to be added: $folder/$name" >&2
done

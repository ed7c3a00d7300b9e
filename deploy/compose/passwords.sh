# Gives the two roles of roles.sql their passwords. The image of PostgreSQL runs it once, when it makes the database.
for role in owner service; do
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
        --set=role="heka_$role" --set=password="$(cat "/run/secrets/${role}_password")" <<'SQL'
ALTER ROLE :"role" PASSWORD :'password';
SQL
done

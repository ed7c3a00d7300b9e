-- Two roles of PostgreSQL for Heka Confirm: the owner migrates, the service reads and writes rows and nothing more.
--
--   psql -d heka -f deploy/roles.sql      as a superuser, or as who owns the database and may create roles
--   psql -d heka -c '\password heka_owner' -c '\password heka_service'
--
-- Other names: -v owner=NAME -v service=NAME. In a database that stands already the owner is the role that has migrated
-- it so far. Safe to repeat. docs/databases.md, "Two roles", says who uses which.

\set ON_ERROR_STOP on
\if :{?owner} \else
\set owner heka_owner
\endif
\if :{?service} \else
\set service heka_service
\endif

BEGIN;

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY[:'owner', :'service']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- Whoever is no superuser grants what is the owner's as a member of it.
SELECT format('GRANT %I TO CURRENT_USER', :'owner')
WHERE NOT pg_has_role(:'owner', 'USAGE')
\gexec

-- Nobody else connects, and only the owner makes anything.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), :'owner', :'service') \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC, :"service";
GRANT USAGE, CREATE ON SCHEMA public TO :"owner";
GRANT USAGE ON SCHEMA public TO :"service";

-- What there is, without rights that an earlier grant may have left, and what later migrations make.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"service";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"service";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"service";

-- A statement for which nobody waits any more, since its web server or the pooler has hung up, is ended.
ALTER ROLE :"owner" SET client_connection_check_interval = '5s';
ALTER ROLE :"service" SET client_connection_check_interval = '5s';

COMMIT;

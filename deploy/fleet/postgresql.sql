-- Once, as the superuser: a role and a database for the register. Its password goes into the URL of [register], by
-- way of a file that only the service may read (~/.pgpass), never into the settings.
CREATE ROLE contactable LOGIN;
CREATE DATABASE contactable OWNER contactable ENCODING 'UTF8' TEMPLATE template0;
-- An answered event must be on disk. contactable refuses to start where one of these is off.
ALTER DATABASE contactable SET synchronous_commit = on;

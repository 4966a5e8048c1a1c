-- The first start of the compose stack's PostgreSQL: for each service a role and a database of its own, so that none
-- can read another's. The passwords are no secret: the server has no port outside the stack, and its data is made up.
CREATE ROLE gateway LOGIN PASSWORD 'local-only';
CREATE DATABASE gateway OWNER gateway;
CREATE ROLE pricing LOGIN PASSWORD 'local-only';
CREATE DATABASE pricing OWNER pricing;
CREATE ROLE fulfillment LOGIN PASSWORD 'local-only';
CREATE DATABASE fulfillment OWNER fulfillment;
CREATE ROLE inventory LOGIN PASSWORD 'local-only';
CREATE DATABASE inventory OWNER inventory;
-- Everybody may connect to a new database, unless told otherwise.
REVOKE CONNECT ON DATABASE gateway, pricing, fulfillment, inventory FROM PUBLIC;

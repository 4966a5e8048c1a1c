-- The first start of PostgreSQL, in compose and in Kubernetes: for each service a role and a database of its own, so
-- that none can read another's. The passwords come from the environment.
\getenv gateway GATEWAY_PASSWORD
\getenv pricing PRICING_PASSWORD
\getenv fulfillment FULFILLMENT_PASSWORD
\getenv inventory INVENTORY_PASSWORD
CREATE ROLE gateway LOGIN PASSWORD :'gateway';
CREATE DATABASE gateway OWNER gateway;
CREATE ROLE pricing LOGIN PASSWORD :'pricing';
CREATE DATABASE pricing OWNER pricing;
CREATE ROLE fulfillment LOGIN PASSWORD :'fulfillment';
CREATE DATABASE fulfillment OWNER fulfillment;
CREATE ROLE inventory LOGIN PASSWORD :'inventory';
CREATE DATABASE inventory OWNER inventory;
-- Everybody may connect to a new database, unless told otherwise.
REVOKE CONNECT ON DATABASE gateway, pricing, fulfillment, inventory FROM PUBLIC;

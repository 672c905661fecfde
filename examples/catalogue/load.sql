-- How a synced file gets into a table: a pipeline reads it from Stage.
CREATE TABLE IF NOT EXISTS customers (
  customer_id BIGINT PRIMARY KEY, name TEXT, city TEXT, signed_up DATE, lifetime_value DECIMAL(12, 2)
);
CREATE PIPELINE customers AS
  LOAD DATA STAGE 'examples/customers.csv'
  INTO TABLE customers
  FIELDS TERMINATED BY ','
  IGNORE 1 LINES;
START PIPELINE customers;

CREATE OR REPLACE TEMP TABLE link_opaque_ids (customer_no TEXT, national_id TEXT);

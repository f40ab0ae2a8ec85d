-- Members of an organization see and write the rows of their own only: PostgreSQL itself keeps them apart.
-- The service takes this role, and names the organization, in each transaction of a member.
CREATE ROLE member;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO member;
ALTER TABLE image_metadata ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON image_metadata TO member
  USING (organization_id = current_setting('service.organization'))
  WITH CHECK (organization_id = current_setting('service.organization'));

-- The function of the image catalogue: one call saves an image, new or known, and gives its id.
-- Every argument is written; to keep a value, pass it.
CREATE FUNCTION upsert_image_metadata(
  p_organization_id text,
  p_key text,
  p_image_item_path text,
  p_image_item_id text,
  p_image_preview_path text,
  p_alt_text text,
  p_description text
) RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO image_metadata
    (organization_id, key, image_item_path, image_item_id, image_preview_path, alt_text, description)
  VALUES
    (p_organization_id, p_key, p_image_item_path, p_image_item_id, p_image_preview_path, p_alt_text, p_description)
  ON CONFLICT (organization_id, key, image_item_id) DO UPDATE SET
    image_item_path = EXCLUDED.image_item_path,
    image_preview_path = EXCLUDED.image_preview_path,
    alt_text = EXCLUDED.alt_text,
    description = EXCLUDED.description,
    updated_at = now()
  RETURNING id
$$;

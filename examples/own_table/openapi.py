"""The OpenAPI document of the products API, as FastAPI writes one from the types of a model."""

from __future__ import annotations

from typing import Any


def optional(kind: dict[str, Any], title: str) -> dict[str, Any]:
    """A member that may be null or left out."""
    return {"anyOf": [kind, {"type": "null"}], "title": title}


MEMBERS: dict[str, Any] = {
    "title": {"type": "string", "title": "Title"},
    "price": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "format": "decimal", "title": "Price"},
    "stock": {"type": "integer", "minimum": 0, "default": 0, "title": "Stock"},
    "category": {
        "anyOf": [{"type": "string", "enum": ["tools", "toys", "books"]}, {"type": "null"}],
        "default": "tools",
        "title": "Category",
    },
    "barcode": optional({"type": "string"}, "Barcode"),
    "description": optional({"type": "string"}, "Description"),
    "discontinued": optional({"type": "boolean"}, "Discontinued"),
    "available_from": optional({"type": "string", "format": "date"}, "Available From"),
}
SKU = {"type": "string", "pattern": "^[A-Z0-9-]{3,40}$", "title": "Sku"}
READ_ONLY: dict[str, Any] = {
    "id": {"type": "integer", "readOnly": True, "title": "Id"},
    "created_at": {"type": "string", "format": "date-time", "readOnly": True, "title": "Created At"},
    "updated_at": {"type": "string", "format": "date-time", "readOnly": True, "title": "Updated At"},
}


def answers(schema: dict[str, Any], *statuses: str) -> dict[str, Any]:
    """The answers of an operation: these with a body of this schema, and the errors."""
    body = {"content": {"application/json": {"schema": schema}}}
    done = {status: {"description": "Successful Response", **body} for status in statuses}
    wrong = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}}}
    return {**done, "422": {"description": "Validation Error", **wrong}}


def parameter(name: str, where: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One parameter; those of a path are required."""
    return {"name": name, "in": where, "required": where == "path", "schema": schema}


def document() -> dict[str, Any]:
    """The whole document."""
    product = {"$ref": "#/components/schemas/Product"}
    sent = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ProductIn"}}}}
    ident = parameter("id", "path", {"type": "integer", "title": "Id"})
    texts = [parameter(name, "query", optional({"type": "string"}, name.title())) for name in ("sku", "barcode")]
    limit = parameter("limit", "query", {"type": "integer", "maximum": 500, "default": 100, "title": "Limit"})
    security = [{"APIKeyHeader": []}]
    operations: dict[str, Any] = {
        "/api/products/by-sku/{sku}": {
            "put": {
                "summary": "Create or update a product",
                "operationId": "put_product_api_products_by_sku__sku__put",
                "parameters": [parameter("sku", "path", SKU)],
                "requestBody": sent,
                "responses": answers(product, "200", "201"),
            }
        },
        "/api/products": {
            "get": {
                "summary": "List products",
                "operationId": "list_products_api_products_get",
                "parameters": [*texts, limit],
                "responses": answers({"type": "array", "items": product}, "200"),
            }
        },
        "/api/products/{id}": {
            "get": {
                "summary": "Get a product",
                "operationId": "get_product_api_products__id__get",
                "parameters": [ident],
                "responses": answers(product, "200"),
            },
            "delete": {
                "summary": "Delete a product",
                "operationId": "delete_product_api_products__id__delete",
                "parameters": [ident],
                "responses": {"204": {"description": "Successful Response"}},
            },
        },
    }
    paths = {path: {m: {**op, "security": security} for m, op in calls.items()} for path, calls in operations.items()}
    whole = {**READ_ONLY, "sku": SKU, **MEMBERS}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Products API", "version": "1.0.0"},
        "paths": paths,
        "components": {
            "schemas": {
                "Product": {"type": "object", "title": "Product", "required": list(whole), "properties": whole},
                "ProductIn": {
                    "type": "object",
                    "title": "ProductIn",
                    "required": ["title", "price"],
                    "properties": MEMBERS,
                },
                "HTTPValidationError": {
                    "type": "object",
                    "title": "HTTPValidationError",
                    "properties": {"detail": {"type": "array", "items": {"type": "object"}, "title": "Detail"}},
                },
            },
            "securitySchemes": {"APIKeyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        },
    }

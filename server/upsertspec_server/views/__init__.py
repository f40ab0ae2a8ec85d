"""A blueprint for each part of the API. Each view checks in the order of the contract: 404, 403, then the rest."""

from upsertspec_server.views import meta, records, tables, transactions

blueprints = (records.bp, tables.bp, transactions.bp, meta.bp)

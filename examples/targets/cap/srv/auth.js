// A bearer token for each role. TOKENS is JSON: { "editor": "…", … }.
const { createHash } = require('node:crypto')
const cds = require('@sap/cds')

const digest = (text) => createHash('sha256').update(text).digest('hex')
const roles = Object.fromEntries(Object.entries(JSON.parse(process.env.TOKENS)).map(([role, token]) => [digest(token), role]))
const may = { editor: ['creates', 'updates', 'deletes'], creator: ['creates'], updater: ['updates'], viewer: [] }

module.exports = (request, response, next) => {
  const [scheme, token] = (request.get('authorization') ?? '').split(' ')
  const role = scheme === 'Bearer' && token ? roles[digest(token)] : undefined
  if (!role) return response.status(401).json({ error: { code: '401', message: 'Unauthorized' } })
  request.user = cds.context.user = new cds.User({ id: role, roles: may[role] })
  next()
}

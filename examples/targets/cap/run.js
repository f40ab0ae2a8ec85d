// CAP in two processes, on PORT. One that ends is started again, and the other goes on: a single request can stop it.
process.chdir(__dirname)
const cluster = require('node:cluster')
const cds = require('@sap/cds')

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
cluster.setupPrimary({ exec: require.resolve('@sap/cds/bin/serve.js'), args: ['all', '--port', process.env.PORT] })
cluster.on('exit', () => cluster.fork())
cds.deploy('srv').to('db').then(() => [cluster.fork(), cluster.fork()])

// CAP in three processes, on PORT. One that ends is started again, and the others go on: a single request can stop it.
process.chdir(__dirname)
const cluster = require('node:cluster')
const cds = require('@sap/cds')

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
cluster.setupPrimary({ exec: require.resolve('@sap/cds/bin/serve.js'), args: ['all', '--port', process.env.PORT] })
cluster.on('exit', () => cluster.fork())
cds.deploy('srv').to('db').then(() => { for (let n = 0; n < 3; n++) cluster.fork() })

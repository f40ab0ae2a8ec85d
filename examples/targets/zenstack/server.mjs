// ZenStack's REST handler under express: new tables in the database of PGHOST, a bearer token for each role.
import { createHash } from 'node:crypto';
import express from 'express';
import pg from 'pg';
import { ZenStackClient } from '@zenstackhq/orm';
import { PostgresDialect } from '@zenstackhq/orm/dialects/postgres';
import { PolicyPlugin } from '@zenstackhq/plugin-policy';
import { RestApiHandler } from '@zenstackhq/server/api';
import { ZenStackMiddleware } from '@zenstackhq/server/express';
import { schema } from './generated/schema.ts';

const { PORT, TOKENS } = process.env;
const digest = (text) => createHash('sha256').update(text).digest('hex');
const roles = Object.fromEntries(Object.entries(JSON.parse(TOKENS)).map(([role, token]) => [digest(token), role]));

const owner = new ZenStackClient(schema, { dialect: new PostgresDialect({ pool: new pg.Pool({ max: 20 }) }) });
await owner.$pushSchema();
const client = owner.$use(new PolicyPlugin());

const app = express();
app.get('/health', (request, response) => response.json({ status: 'ok' }));
app.use((request, response, next) => {
    const [scheme, token] = (request.get('authorization') ?? '').split(' ');
    request.role = scheme === 'Bearer' && token ? roles[digest(token)] : undefined;
    return request.role ? next() : response.status(401).json({ errors: [{ status: 401, code: 'unauthorized' }] });
});
app.use(express.json({ type: ['application/json', 'application/vnd.api+json'], limit: '8mb' }));
app.use(
    '/api',
    ZenStackMiddleware({
        apiHandler: new RestApiHandler({ schema, endpoint: `http://127.0.0.1:${PORT}/api`, pageSize: 1000, idDivider: '~' }),
        getClient: (request) => client.$setAuth({ role: request.role }),
    }),
);
app.listen(Number(PORT), '127.0.0.1');

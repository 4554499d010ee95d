import openApi from '../openapi/openapi.json' with { type: 'json' };

/** The committed OpenAPI 3.1 description of all paths. A separate entry, so that only the process that serves it reads the file. */
export const openApiDocument: object = openApi;

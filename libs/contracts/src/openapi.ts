import openApi from '../openapi/openapi.json' with { type: 'json' };

/** The committed OpenAPI 3.1 description of all paths. An entry of its own: only who serves it reads the file. */
export const openApiDocument: object = openApi;

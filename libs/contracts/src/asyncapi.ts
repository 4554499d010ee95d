import asyncApi from '../asyncapi/asyncapi.json' with { type: 'json' };

/** `asyncapi.yaml` and the schemas beside it in one document. An entry of its own: only who serves it reads the file. */
export const asyncApiDocument: object = asyncApi;

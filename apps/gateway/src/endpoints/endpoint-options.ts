/** How the gateway answers where devices report. The names are those of the settings. */
export interface EndpointOptions {
  /** The list itself, see `parseEndpoints`; empty: none, or that of the file. */
  endpoints: string;
  /** A file that holds it; empty: none. */
  endpointsFile: string;
  /** After so many seconds a device asks again. */
  endpointsTtlSeconds: number;
}

/** What holds where nothing is said: every device stays at the address that it has. */
export const NO_ENDPOINTS: EndpointOptions = { endpoints: '', endpointsFile: '', endpointsTtlSeconds: 60 };

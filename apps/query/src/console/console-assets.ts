import { readdir, readFile } from 'node:fs/promises';
import { ProblemError } from '@sluice/http';

/** Beside a built app, and where the build puts the files for a process that runs from the sources. */
const FOLDERS = [new URL('./assets/', import.meta.url), new URL('../../../console/dist/', import.meta.url)];

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

const PAGE = 'index.html';

export interface Asset {
  bytes: Buffer;
  mediaType: string;
}

/** The files of the console, read once: many requests for them then read no file. */
export class ConsoleAssets {
  #files: Promise<ReadonlyMap<string, Asset>> | undefined;

  /** @param folders the first one with the page is used */
  constructor(private readonly folders: readonly URL[] = FOLDERS) {}

  /** @throws ProblemError `not-found` if the console was not built */
  async page(): Promise<Asset> {
    const page = (await this.files()).get(PAGE);
    if (page !== undefined) return page;
    throw new ProblemError('not-found', 'The console is not built; `npm run build` builds it.');
  }

  /** @param name its content hash is in it. @throws ProblemError `not-found` */
  async part(name: string): Promise<Asset> {
    const part = name === PAGE ? undefined : (await this.files()).get(name);
    if (part !== undefined) return part;
    throw new ProblemError('not-found', 'The console has no such file; it is at /.');
  }

  /** A failed read is retried with the next request. */
  private files(): Promise<ReadonlyMap<string, Asset>> {
    this.#files ??= firstOf(this.folders).then((files) => {
      if (files.size === 0) this.#files = undefined;
      return files;
    });
    return this.#files;
  }
}

async function firstOf(folders: readonly URL[]): Promise<ReadonlyMap<string, Asset>> {
  for (const folder of folders) {
    const files = await filesIn(folder).catch(() => new Map<string, Asset>());
    if (files.has(PAGE)) return files;
  }
  return new Map();
}

async function filesIn(folder: URL): Promise<Map<string, Asset>> {
  const names = (await readdir(folder)).filter((name) => mediaTypeOf(name) !== undefined);
  const read = async (name: string): Promise<[string, Asset]> => [
    name,
    { bytes: await readFile(new URL(name, folder)), mediaType: mediaTypeOf(name)! },
  ];
  return new Map(await Promise.all(names.map(read)));
}

function mediaTypeOf(name: string): string | undefined {
  return name === PAGE ? 'text/html; charset=utf-8' : MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)];
}

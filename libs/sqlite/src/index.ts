export { diskFull, type FileError, type FileFailure, fileFailureOf } from './file-failure.js';
export { directoryOf } from './file-url.js';
export { type FileState, OpenedFile } from './opened-file.js';
export { preparePrivateFile, type LineLogger } from './private-file.js';
export { checkFile, type FileContents, finishCopy, hashOfFile, isInUse } from './copied-file.js';
export { requireReadableFile } from './file-format.js';

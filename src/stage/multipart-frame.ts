import type FormData from 'form-data';

/** The bytes around a file in a multipart/form-data body, and the header that names their boundary. */
export interface MultipartFrame {
  readonly contentType: string;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

/**
 * Lets form-data write a form around an empty file once, and takes the form apart. We then put the file between head and
 * tail: the library decides the format, and no byte of a file passes through its streams. The part is named `file`, as the
 * API wants. The file name in the form means nothing: the URL names the file.
 */
export function createMultipartFrame(Form: typeof FormData): MultipartFrame {
  const form = new Form();
  form.append('file', Buffer.alloc(0), { filename: 'file', contentType: 'application/octet-stream' });
  const whole = form.getBuffer();
  const start = whole.indexOf('\r\n\r\n') + 4;
  return {
    contentType: `multipart/form-data; boundary=${form.getBoundary()}`,
    head: whole.subarray(0, start),
    tail: whole.subarray(start),
  };
}

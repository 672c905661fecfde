const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether a text has the form of an ID. Then it is one, and never a name. */
export const isID = (text: string): boolean => UUID.test(text);

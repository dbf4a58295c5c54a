/** Bytes of the module in base64; made by build.sh. */
declare const text: string;
export default text;

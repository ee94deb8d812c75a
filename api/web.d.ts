// src/index.d.ts
export declare const pageFolder: URL;

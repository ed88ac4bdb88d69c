// The bundler takes stylesheets in; to the types they are only a side effect.
declare module "*.css";

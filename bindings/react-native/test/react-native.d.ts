// A stand-in for the types that the sources name: an app has React Native's own.
declare module "react-native" {
  export interface TurboModule {
    getConstants?(): object;
  }
  export const TurboModuleRegistry: { getEnforcing<T extends TurboModule>(name: string): T };
}

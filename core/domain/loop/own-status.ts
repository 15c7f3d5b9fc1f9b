/** Under this name Tamma's own verdict stands on a commit of a platform; it is none of the platform's checks. */
export const ownStatus = "tamma";

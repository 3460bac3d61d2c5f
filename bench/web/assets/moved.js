"use strict";
// An address that leads on: what was chosen in it, behind '#', goes along.
{
  const link = document.querySelector("a");
  if (!link.hash) link.hash = location.hash;
  location.replace(link.href);
}

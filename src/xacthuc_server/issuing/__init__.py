"""From settled records to certificates: signed by the site, then by the nation; corrected ones are revoked."""

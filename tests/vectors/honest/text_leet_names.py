# expect: none
--- README.md
# Names

Works with i18n, l10n, k8s, a11y, s3, p2p, x86_64, 2fa and sha256. B2B and B2C prices. H0 is the null hypothesis.


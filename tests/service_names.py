"""What people know the service by, as the City's leaflets would write it (docs/texts.md)."""

SERVICE_NAMES = {
    "fi": "Hekan asuntohakemuksen vahvistaminen",
    "sv": "Bekräfta din Heka-bostadsansökan",
    "en": "Confirm your Heka housing application",
}

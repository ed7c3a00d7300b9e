from django import forms


class ConfirmForm(forms.Form):
    """Names the version that the person read, by its digest."""

    version = forms.CharField(max_length=64)

    @property
    def read(self) -> str:
        """The digest; empty, which is no version's, for anything that cannot be one."""
        return str(self.cleaned_data["version"]) if self.is_valid() else ""

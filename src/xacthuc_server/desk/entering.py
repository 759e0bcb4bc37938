"""One person and one dose, entered at the site: by the ID card's QR text or by hand, and answered at once."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from xacthuc.codes.vaccines import list_vaccines
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.desk.refusing import for_staff
from xacthuc_server.people.actions import record_doses
from xacthuc_server.people.entry import VALUE_LETTERS, Entries, clean_entries
from xacthuc_server.people.permissions import can_enter
from xacthuc_server.units.models import Organisation
from xacthuc_server.units.posts import NotAllowed

# In the order in which they are asked for.
PERSON = ("qr", "name", "birth_date", "sex", "number", "phone", "insurance", "nationality")
HOME = ("province", "district", "commune")
DOSE = ("vaccine", "dose_no", "dose_date", "lot", "site")


@for_staff
def enter(request: HttpRequest) -> HttpResponse:
    """Take in one person and dose; what is wrong is said beside its field, and may be sent as it is on a second try."""
    acting: Acting = request.acting
    if not can_enter(acting):
        raise NotAllowed("not_allowed")
    organisation = Organisation.objects.select_related("unit__parent__parent").get(id=acting.organisation_id)
    if request.method != "POST":
        return _show(request, _begin(organisation))
    given = {name: request.POST.get(name, "")[:VALUE_LETTERS] for name in (*PERSON, *HOME, *DOSE)}
    entries = clean_entries([given])
    grave = entries.list_grave(0)
    if entries.is_refused(0) or (grave and request.POST.get("sure") != _name(grave)):
        return _show(request, given, entries)
    [answer] = record_doses(entries.stage(home=organisation.unit.lower), by=acting, now=timezone.now())
    if answer.person is None:
        return _show(request, given, entries, code=answer.code)
    app.configure_task("people.ask").defer(person_id=answer.person)
    return redirect(f"{reverse('person', args=[answer.person])}?entered={answer.state}")


def _begin(organisation: Organisation) -> Mapping[str, str]:
    """Give what is known before anybody types: the site, the day, the commune it lies in."""
    unit, names = organisation.unit, {}
    while unit is not None and unit.level in HOME:
        names[unit.level] = unit.name
        unit = unit.parent
    return {**names, "site": organisation.name, "dose_date": timezone.localdate().strftime("%d/%m/%Y")}


def _name(grave: tuple[tuple[str, str], ...]) -> str:
    """Name what was shown as wrong: whoever is sure has seen just that."""
    return " ".join(sorted(code for _, code in grave))


def _show(
    request: HttpRequest, given: Mapping[str, str], entries: Entries | None = None, *, code: str = ""
) -> HttpResponse:
    said: dict[str, list[str]] = {}
    for field, each in entries.findings[0] if entries else ():
        said.setdefault(field, []).append(each)
    grave = entries.list_grave(0) if entries else ()
    parts = (("entry_person", PERSON), ("entry_home", HOME), ("entry_dose", DOSE))
    shown = {
        "parts": [
            (name, [(field, given.get(field, ""), said.get(field, [])) for field in fields]) for name, fields in parts
        ],
        "row_codes": said.get("row", []) + ([code] if code else []),
        "sure": _name(grave) if entries and not entries.is_refused(0) else "",
        "vaccines": [vaccine.name for vaccine in list_vaccines()],
    }
    return render(request, "desk/people/enter.html", shown, status=422 if entries else 200)

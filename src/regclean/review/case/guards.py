"""What the rules on stale customers take care not to mistake for a defect: their own words, marked for translation."""

from __future__ import annotations

from regclean.review.web.i18n import N_

# As they stand in the headers of the rules; a test compares.
STALE_GUARDS = (
    N_("An estate has its death behind it."),
    N_("An account that was ended and holds nothing any more is settled."),
    N_("A note that the authority may not pass moves on is no move."),
    N_("The new address is in the register already."),
    N_("Whoever has died did not move (S01)."),
    N_("The customer whose ownership began with the change bought the site."),
    N_("Who holds several sites sold one of them: the one that is named, or that somebody else bought."),
    N_("A summer cottage is silent from October to April: only whole seasons count, and two of them."),
    N_("A paused bin is silent because it was asked to be; after the pause counting starts anew."),
    N_("A member of a shared bin is judged by the host's bin alone."),
    N_("A site served by an area collection point has no emptyings."),
    N_("A tank that is emptied when ordered may wait."),
    N_("Where a contractor's emptyings are missing, silence is counted only to the day their data reaches."),
    N_("A new customer has no old bills."),
    N_("When most customers have no bills, the bills' feed is missing."),
    N_("Nothing is billed while everything is paused."),
    N_("Where one pays for a shared bin, the others get no bill."),
    N_("Somebody else pays for the site, and this customer for none."),
    N_("An address that the authority confirmed after the last return is not bad."),
    N_("Under an update ban the authority's address is no confirmation: the missing move is no evidence."),
    N_("A later entry that the bankruptcy was called off counts."),
    N_("An estate that was ended is settled."),
    N_("A channel that is no longer in the register cannot be bad."),
    N_("The last emptying may come a little after the end."),
    N_("A summer cottage is billed in winter too: only whole seasons count, and two of them."),
    N_("Where most bins of an area or of a contractor have no emptyings, the contractor's data is missing."),
    N_("Another account of the same party, or the payer of the site, gets the bill."),
    N_("Those who share a bin are billed in its holder's stead."),
    N_("One line may bill several contracts for the same waste at one site, under the number of one of them."),
    N_("Who is emptied since lately gets the first bill later."),
    N_("When most of those who are emptied have no bills, the bills' feed is missing."),
    N_("Under a new contract for the same waste at the site the emptyings are paid for, whatever number they bear."),
    N_("A summer cottage is emptied in its season alone."),
    N_("Nothing is emptied during a pause."),
    N_("A contract is judged from its first day on."),
    N_("Where most bins of an area or of a contractor are emptied too seldom, emptyings are missing from the data."),
)

"""HubSpot's own properties of contacts that say something here: label, type, field type, group, options, read only.

Names and values are those that public code sends and reads: mind that ``hs_legal_basis`` has one plain hyphen among
dashes.
"""

from __future__ import annotations

from typing import Any

STANDARD_GROUPS = {
    "contactinformation": "Contact information",
    "emailinformation": "Email information",
    "conversioninformation": "Conversion information",
    "deal_information": "Deal information",
    "analyticsinformation": "Web analytics history",
}
_INFO, _EMAIL, _CONVERSION, _DEALS, _WEB = STANDARD_GROUPS
_TEXT, _NUMBER, _BOOL = ("string", "text"), ("number", "number"), ("bool", "booleancheckbox")
_WHEN, _SELECT, _BOXES = ("datetime", "date"), ("enumeration", "select"), ("enumeration", "checkbox")
_PHONE = ("string", "phonenumber")
READ_ONLY = "read only"

LEGAL_BASES = (
    "Legitimate interest – prospect/lead",
    "Legitimate interest – existing customer",
    "Legitimate interest - other",
    "Performance of a contract",
    "Freely given consent from contact",
    "Not applicable",
)
LIFECYCLE = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")
BOUNCES = ("CONTENT", "MAILBOX_FULL", "OTHER", "POLICY", "SPAM", "UNKNOWN_USER")
QUARANTINES = ("SUSPENSION_REMEDIATION", "BLOCKLIST_REMEDIATION", "RECIPIENT_COMPLAINT", "UNDELIVERABLE_ADDRESS")

STANDARD: dict[str, tuple[Any, ...]] = {
    "firstname": ("First name", *_TEXT, _INFO),
    "lastname": ("Last name", *_TEXT, _INFO),
    "email": ("Email", *_TEXT, _INFO),
    "phone": ("Phone number", *_PHONE, _INFO),
    "mobilephone": ("Mobile phone number", *_PHONE, _INFO),
    "address": ("Street address", *_TEXT, _INFO),
    "zip": ("Postal code", *_TEXT, _INFO),
    "city": ("City", *_TEXT, _INFO),
    "country": ("Country/Region", *_TEXT, _INFO),
    "hs_country_region_code": ("Country/Region code", *_TEXT, _INFO),
    "company": ("Company name", *_TEXT, _INFO),
    "jobtitle": ("Job title", *_TEXT, _INFO),
    "industry": ("Industry", *_TEXT, _INFO),
    "message": ("Message", "string", "textarea", _INFO),
    "lifecyclestage": ("Lifecycle stage", "enumeration", "radio", _INFO, (*LIFECYCLE, "evangelist", "other")),
    "hs_lead_status": ("Lead status", *_SELECT, _INFO, ("NEW", "OPEN", "IN_PROGRESS", "UNQUALIFIED", "CONNECTED")),
    "hubspot_owner_id": ("Contact owner", *_TEXT, _INFO),
    "associatedcompanyid": ("Primary associated company id", *_NUMBER, _INFO),
    "hs_legal_basis": ("Legal basis for processing contact's data", *_BOXES, _INFO, LEGAL_BASES),
    "createdate": ("Create date", *_WHEN, _INFO, READ_ONLY),
    "lastmodifieddate": ("Last modified date", *_WHEN, _INFO, READ_ONLY),
    "hs_object_id": ("Record id", *_NUMBER, _INFO, READ_ONLY),
    "hs_object_source_label": ("Record source", *_TEXT, _INFO, READ_ONLY),
    "hs_object_source_detail_1": ("Record source detail 1", *_TEXT, _INFO, READ_ONLY),
    "hs_merged_object_ids": ("Merged record ids", *_TEXT, _INFO, READ_ONLY),
    "hs_calculated_merged_vids": ("Merged vids with timestamps of a contact", *_TEXT, _INFO, READ_ONLY),
    "hs_additional_emails": ("Additional email addresses", *_TEXT, _INFO),
    "hs_searchable_calculated_phone_number": ("Phone number digits", *_TEXT, _INFO, READ_ONLY),
    "hs_calculated_phone_number_country_code": ("Country code of the phone", *_TEXT, _INFO, READ_ONLY),
    "hs_marketable_status": ("Marketing contact status", *_SELECT, _INFO, ("true", "false"), READ_ONLY),
    "hs_email_optout": ("Unsubscribed from all email", *_BOOL, _EMAIL, READ_ONLY),
    "hs_email_hard_bounce_reason_enum": ("Email hard bounce reason", *_SELECT, _EMAIL, BOUNCES, READ_ONLY),
    "hs_email_quarantined": ("Email address quarantined", *_BOOL, _EMAIL, READ_ONLY),
    "hs_email_quarantined_reason": ("Email address quarantine reason", *_SELECT, _EMAIL, QUARANTINES, READ_ONLY),
    "hs_email_bad_address": ("Invalid email address", *_BOOL, _EMAIL, READ_ONLY),
    "hs_emailconfirmationstatus": ("Email confirmation status", *_TEXT, _EMAIL, READ_ONLY),
    "hs_email_last_open_date": ("Last marketing email open date", *_WHEN, _EMAIL, READ_ONLY),
    "hs_email_last_click_date": ("Last marketing email click date", *_WHEN, _EMAIL, READ_ONLY),
    "hs_email_last_reply_date": ("Last marketing email reply date", *_WHEN, _EMAIL, READ_ONLY),
    "hs_sales_email_last_replied": ("Recent sales email replied date", *_WHEN, _EMAIL, READ_ONLY),
    "hs_sales_email_last_clicked": ("Recent sales email clicked date", *_WHEN, _EMAIL, READ_ONLY),
    "first_conversion_date": ("First conversion date", *_WHEN, _CONVERSION, READ_ONLY),
    "first_conversion_event_name": ("First conversion", *_TEXT, _CONVERSION, READ_ONLY),
    "recent_conversion_date": ("Recent conversion date", *_WHEN, _CONVERSION, READ_ONLY),
    "recent_conversion_event_name": ("Recent conversion", *_TEXT, _CONVERSION, READ_ONLY),
    "engagements_last_meeting_booked": ("Date of last meeting booked", *_WHEN, _CONVERSION, READ_ONLY),
    "hs_analytics_source": ("Original traffic source", *_TEXT, _WEB, READ_ONLY),
    "num_associated_deals": ("Number of associated deals", *_NUMBER, _DEALS, READ_ONLY),
    "num_associated_deals_won": ("Number of won deals", *_NUMBER, _DEALS, READ_ONLY),
    "recent_deal_close_date": ("Recent deal close date", *_WHEN, _DEALS, READ_ONLY),
}

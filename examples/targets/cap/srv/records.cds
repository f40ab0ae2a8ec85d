using {managed} from '@sap/cds/common';

// A PATCH of what is not there is a CREATE.
@restrict: [
  {grant: 'READ', to: 'authenticated-user'},
  {grant: 'CREATE', to: 'creates'},
  {grant: 'UPDATE', to: 'updates'},
  {grant: 'DELETE', to: 'deletes'}
]
aspect restricted {}

@path: '/odata/v4/records'
service records {
  @assert.unique: {phone: [phone]}
  entity contacts : managed, restricted {
    key email    : String(2000);
        name     : String not null @mandatory;
        @assert.range
        status   : String enum { active; inactive; pending; } default 'active';
        age      : Integer64 @assert.range: [0, _];
        phone    : String;
        vip      : Boolean;
        birthday : Date;
        notes    : LargeString;
  }

  entity image_metadata : managed, restricted {
    key organization_id    : String(500);
    key ![key]             : String(500);
    key image_item_id      : String(500);
        image_item_path    : String not null @mandatory;
        image_preview_path : String;
        alt_text           : String;
        description        : String;
  }

  entity product_recommendations : managed, restricted {
    key room_id         : String(500);
    key product_name    : String(500);
        session_id      : String not null @mandatory;
        category        : String;
        currency        : String @assert.format: '^[A-Za-z]{3}$';
  }
}
